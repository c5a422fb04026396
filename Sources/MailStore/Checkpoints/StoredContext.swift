import MailModel
import Postgres
import Threading

/// What the database knows already of the messages of a checkpoint, looked up in one pipeline.
struct StoredContext {
    /// A stored message and the thread that it is in.
    struct KnownMessage {
        let id: MessageID
        let thread: ThreadID
    }

    var byProviderID: [String: KnownMessage] = [:]
    var byContent: [[UInt8]: KnownMessage] = [:]
    var blobs: Set<[UInt8]> = []
    /// Threads of the links that are stored, joined threads followed to the one that stays.
    var links: [LinkKey: ThreadID] = [:]
    var threadSizes: [ThreadID: Int] = [:]
    var subjectCandidates: [String: [SubjectCandidate]] = [:]

    static func load(for messages: [NewMessage], of account: AccountKey, in session: PostgresSession) throws -> StoredContext {
        var context = StoredContext()
        let hashes = Array(Set(messages.map(\.sha256)))
        let providerIDs = Array(Set(messages.compactMap(\.provider.messageID)))
        let links = Array(Set(messages.flatMap { $0.threadable.linkKeys }))
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
                SELECT r.kind, r.value, coalesce(a.thread_id, r.thread_id), t.message_count
                  FROM unnest($3::int2[], $4::text[]) AS u (kind, value)
                  JOIN message_references r
                    ON r.organization_id = $1 AND r.account_id = $2 AND r.kind = u.kind AND r.value = u.value
                  LEFT JOIN thread_aliases a
                    ON a.organization_id = $1 AND a.account_id = $2 AND a.alias_id = r.thread_id
                  JOIN threads t
                    ON t.organization_id = $1 AND t.account_id = $2 AND t.id = coalesce(a.thread_id, r.thread_id)
                """, organization, accountID, links.map(\.kind), links.map(\.value)
            ),
        ])
        for row in rows[0] {
            context.byContent[try row.get(0)] = KnownMessage(id: try row.get(1), thread: try row.get(2))
        }
        for row in rows[1] {
            context.byProviderID[try row.get(0)] = KnownMessage(id: try row.get(1), thread: try row.get(2))
        }
        for row in rows[2] { context.blobs.insert(try row.get(0)) }
        for row in rows[3] {
            guard let key = LinkKey(kind: try row.get(0), value: try row.get(1)) else { continue }
            let thread = try row.get(2)
            context.links[key] = thread
            context.threadSizes[thread] = Int(try row.get(3, as: Int32.self))
        }
        return context
    }
}
