import struct Foundation.UUID
import MailModel
import Postgres
import Threading

/// What the database knows already of the messages of a checkpoint, looked up in two pipelines.
struct StoredContext {
    /// A stored message and the thread that it is in.
    struct KnownMessage {
        let id: MessageID
        let thread: ThreadID
    }

    var byProviderID: [String: KnownMessage] = [:]
    var byContent: [[UInt8]: KnownMessage] = [:]
    var blobs: Set<[UInt8]> = []
    /// Whether the account's first sync is complete.
    var isFirstSyncComplete = false
    /// Of the checkpoint's folders, those whose messages are in scope and not trashed.
    var plainFolders: Set<FolderID> = []
    /// Links that some stored message bears itself.
    var seenLinks: Set<LinkKey> = []
    /// Threads of the links that are stored, joined threads followed to the one that stays.
    var links: [LinkKey: ThreadID] = [:]
    var threadSizes: [ThreadID: Int] = [:]
    var subjectCandidates: [String: [SubjectCandidate]] = [:]

    static func load(for messages: [NewMessage], of account: AccountKey, in session: PostgresSession) throws
        -> StoredContext
    {
        var context = StoredContext()
        let hashes = Array(Set(messages.map(\.sha256)))
        let providerIDs = Array(Set(messages.compactMap(\.provider.messageID)))
        var keys = Set(messages.flatMap { $0.threadable.linkKeys })
        for message in messages {
            if let key = message.claim?.decisiveLink { keys.insert(key) }
        }
        let links = Array(keys)
        let organization = account.organizationID
        let accountID = account.accountID
        let rows = try session.pipeline([
            Statement(
                """
                SELECT sha256, id, thread_id FROM messages
                 WHERE organization_id = $1 AND account_id = $2 AND provider_message_id IS NULL
                   AND sha256 = ANY ($3::bytea[])
                """, organization, accountID, hashes
            ),
            Statement(
                """
                SELECT provider_message_id, id, thread_id FROM messages
                 WHERE organization_id = $1 AND account_id = $2 AND provider_message_id = ANY ($3::text[])
                """, organization, accountID, providerIDs
            ),
            Statement(
                "SELECT sha256 FROM blobs WHERE organization_id = $1 AND account_id = $2 AND sha256 = ANY ($3::bytea[])",
                organization, accountID, hashes
            ),
            Statement(
                """
                SELECT r.kind, r.value, r.thread_id, r.seen FROM unnest($3::int2[], $4::text[]) AS u (kind, value)
                  JOIN message_references r
                    ON r.organization_id = $1 AND r.account_id = $2 AND r.kind = u.kind AND r.value = u.value
                """, organization, accountID, links.map(\.kind), links.map(\.value)
            ),
            Statement(
                """
                SELECT id FROM folders
                 WHERE organization_id = $1 AND account_id = $2 AND id = ANY ($3::uuid[])
                   AND is_watched(selectable, chosen, role, gone_at) AND role IS DISTINCT FROM 'trash'
                """, organization, accountID, Array(Set(messages.map(\.folder.uuid)))
            ),
            Statement(
                "SELECT first_sync_completed_at IS NOT NULL FROM accounts WHERE organization_id = $1 AND id = $2",
                organization, accountID
            ),
        ])
        for row in rows[0] {
            context.byContent[try row.get(0)] = KnownMessage(id: try row.get(1), thread: try row.get(2))
        }
        for row in rows[1] {
            context.byProviderID[try row.get(0)] = KnownMessage(id: try row.get(1), thread: try row.get(2))
        }
        for row in rows[2] { context.blobs.insert(try row.get(0)) }
        for row in rows[4] { context.plainFolders.insert(try row.get(0)) }
        context.isFirstSyncComplete = try rows[5].first?.get(0) ?? false
        try context.loadLinks(rows[3], of: account, in: session)
        try context.loadSubjectCandidates(for: messages, of: account, in: session)
        return context
    }

    /// The threads that links lead to. A batch has several links to each of them, so that every thread is looked up
    /// once here, not once a link.
    private mutating func loadLinks(_ found: PostgresRows, of account: AccountKey, in session: PostgresSession) throws {
        var named: [(key: LinkKey, thread: UUID)] = []
        named.reserveCapacity(found.count)
        for row in found {
            guard let key = LinkKey(kind: try row.get(0), value: try row.get(1)) else { continue }
            named.append((key, try row.get(2)))
            if try row.get(3) { seenLinks.insert(key) }
        }
        guard !named.isEmpty else { return }
        let rows = try session.query(
            Statement(
                """
                SELECT u.id, t.id, t.message_count FROM unnest($3::uuid[]) AS u (id)
                  LEFT JOIN thread_aliases a
                    ON a.organization_id = $1 AND a.account_id = $2 AND a.alias_id = u.id
                  JOIN threads t
                    ON t.organization_id = $1 AND t.account_id = $2 AND t.id = coalesce(a.thread_id, u.id)
                """, account.organizationID, account.accountID, Array(Set(named.map(\.thread)))))
        var threads: [UUID: ThreadID] = [:]
        for row in rows {
            let thread: ThreadID = try row.get(1)
            threads[try row.get(0)] = thread
            threadSizes[thread] = Int(try row.get(2, as: Int32.self))
        }
        // A link whose thread is gone leads nowhere.
        for (key, thread) in named { links[key] = threads[thread] }
    }

    /// Messages that a reply without any reference may belong to, by its subject. Few messages need them, so most
    /// checkpoints ask for none.
    private mutating func loadSubjectCandidates(
        for messages: [NewMessage], of account: AccountKey, in session: PostgresSession
    ) throws {
        var span: [String: (from: EpochSeconds, until: EpochSeconds)] = [:]
        for message in messages.map(\.threadable) where message.namesNoAncestor {
            let subject = BaseSubject.parse(message.subject)
            guard subject.isReply, !subject.base.isEmpty else { continue }
            let before = span[subject.base] ?? (message.date, message.date)
            span[subject.base] = (min(before.from, message.date), max(before.until, message.date))
        }
        guard !span.isEmpty else { return }
        let bases = span.sorted { $0.key < $1.key }
        let rows = try session.query(
            Statement(
                """
                SELECT u.base, t.id, m.received_at, t.message_count,
                       ARRAY(SELECT p.normalised FROM message_participants p
                              WHERE p.organization_id = $1 AND p.account_id = $2 AND p.message_id = m.id
                                AND p.role IN ('from', 'to', 'cc'))
                  FROM unnest($3::text[], $4::timestamptz[], $5::timestamptz[]) AS u (base, at_from, at_until)
                  JOIN threads t
                    ON t.organization_id = $1 AND t.account_id = $2 AND t.base_subject = u.base
                   AND hashtextextended(t.base_subject, 0) = hashtextextended(u.base, 0) AND t.base_subject <> ''
                  JOIN messages m
                    ON m.organization_id = $1 AND m.account_id = $2 AND m.thread_id = t.id
                   AND m.received_at BETWEEN u.at_from AND u.at_until
                 ORDER BY m.received_at DESC LIMIT 1000
                """,
                account.organizationID, account.accountID, bases.map(\.key),
                bases.map { ($0.value.from - BaseSubject.reach).timestamp },
                bases.map { ($0.value.until + BaseSubject.reach).timestamp }
            ))
        for row in rows {
            let thread: ThreadID = try row.get(1)
            threadSizes[thread] = Int(try row.get(3, as: Int32.self))
            subjectCandidates[try row.get(0), default: []].append(
                SubjectCandidate(
                    thread: thread, date: try row.moment(2), participants: Set(try row.get(4, as: [String].self))))
        }
    }
}
