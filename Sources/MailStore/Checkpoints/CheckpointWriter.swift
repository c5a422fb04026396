import Foundation
import MailModel
import Postgres
import Threading

/// Writes one checkpoint within a transaction that its caller begins and fences.
///
/// The order follows the foreign keys: threads, blobs, messages, what hangs on messages, placements; then joined
/// threads, flags, skipped ranges, cursors and the result. Rows are known to be new by look-ups made first, so that
/// all of them go in by binary COPY; no other writer can come between, since the lane has one holder and the fence
/// refuses all others.
struct CheckpointWriter {
    let account: AccountKey
    /// The account's own addresses, lower-cased: they make a message outgoing.
    let addresses: Set<String>
    let ids: IDSource
    let session: PostgresSession

    func write(_ checkpoint: Checkpoint) throws -> CheckpointResult {
        var result = CheckpointResult()
        if !checkpoint.messages.isEmpty { try writeMessages(checkpoint.messages, into: &result) }
        var statements: [Statement] = []
        statements += flagStatements(checkpoint.flagChanges)
        statements += checkpoint.skips.map(skipStatement)
        statements += checkpoint.cursors.sorted { $0.key < $1.key }.map { cursorStatement($0.value, of: $0.key) }
        statements += checkpoint.settledGenerations.sorted { $0.key < $1.key }.flatMap {
            settleStatements($0.value, of: $0.key)
        }
        if let progress = checkpoint.progress { statements.append(progressStatement(progress)) }
        if let completion = checkpoint.completion { statements += completionStatements(completion) }
        try session.atCommit(statements)
        result.changedFlags = checkpoint.flagChanges.count
        return result
    }

    // MARK: Messages

    private func writeMessages(_ messages: [NewMessage], into result: inout CheckpointResult) throws {
        let stored = try StoredContext.load(for: messages, of: account, in: session)
        let plan = CheckpointPlan(messages, stored: stored, ownAddresses: addresses, ids: ids)

        try copyThreads(plan)
        try ContentWriter(account: account, session: session).copy(plan.newBlobs)
        try copyMessages(plan)
        try copyParticipants(plan)
        try copyAttachments(plan)
        try writeLinks(plan)
        try writePlacements(plan)
        try joinThreads(plan.assignment.merged)
        try refreshThreads(plan.touchedThreads)

        result.newMessages = plan.newMessages.count
        result.placements = plan.placements.count
        result.newThreads = plan.createdThreads.count
        result.joinedThreads = plan.assignment.merged.count
    }

    private func copyThreads(_ plan: CheckpointPlan) throws {
        guard !plan.createdThreads.isEmpty else { return }
        var copy = CopyBuffer(
            table: "threads",
            columns: [
                "organization_id", "account_id", "id", "subject", "base_subject", "message_count", "oldest_at",
                "newest_at",
            ])
        for thread in plan.createdThreads {
            copy.row { row in
                row.append(account.organizationID)
                row.append(account.accountID)
                row.append(thread.id)
                row.append(thread.subject)
                row.append(thread.subject.map { BaseSubject.parse($0).base })
                row.append(Int32(thread.messageCount))
                row.append(thread.oldest.timestamp)
                row.append(thread.newest.timestamp)
            }
        }
        _ = try session.copyIn(copy)
    }

    private func copyMessages(_ plan: CheckpointPlan) throws {
        guard !plan.newMessages.isEmpty else { return }
        var copy = CopyBuffer(
            table: "messages",
            columns: [
                "organization_id", "account_id", "id", "thread_id", "provider_message_id", "sha256", "size",
                "header_message_id", "subject", "sent_at", "sent_offset_minutes", "sent_raw", "received_at",
                "direction",
                "snippet", "text_body", "html_body", "list_id", "auto_submitted", "marks", "thread_guessed",
            ],
            capacity: plan.newMessages.reduce(0) { size, new in
                size + 1_024 + (new.message.text?.utf8.count ?? 0) + (new.message.html?.utf8.count ?? 0)
            })
        for new in plan.newMessages {
            let message = new.message
            copy.row { row in
                row.append(account.organizationID)
                row.append(account.accountID)
                row.append(new.id)
                row.append(new.thread)
                row.append(message.provider.messageID)
                row.append(message.sha256)
                row.append(Int64(message.raw.count))
                row.append(message.messageID?.rawValue)
                row.append(message.subject)
                row.append(message.date?.instant?.timestamp)
                row.append(message.date?.offsetMinutes.map { Int16(clamping: $0) })
                row.append(message.date?.raw)
                row.append(new.receivedAt.timestamp)
                row.append(isOutgoing(message) ? "outgoing" : "incoming")
                row.append(message.snippet)
                row.append(message.text)
                row.append(message.html)
                row.append(message.listID)
                row.append(array: message.autoSubmitted.isEmpty ? nil : message.autoSubmitted)
                row.append(array: message.marks.isEmpty ? nil : message.marks)
                row.append(new.isGuessed)
            }
        }
        _ = try session.copyIn(copy)
    }

    private func isOutgoing(_ message: NewMessage) -> Bool {
        message.participants.contains { $0.role == .from && addresses.contains($0.normalised) }
    }

    private func copyParticipants(_ plan: CheckpointPlan) throws {
        var copy = CopyBuffer(
            table: "message_participants",
            columns: [
                "organization_id", "account_id", "message_id", "role", "position", "name", "address", "normalised",
            ])
        for new in plan.newMessages {
            var positions: [ParticipantRole: Int32] = [:]
            for participant in new.message.participants {
                let position = positions[participant.role, default: 0]
                positions[participant.role] = position + 1
                copy.row { row in
                    row.append(account.organizationID)
                    row.append(account.accountID)
                    row.append(new.id)
                    row.append(participant.role.rawValue)
                    row.append(position)
                    row.append(participant.address.name)
                    row.append(participant.address.address)
                    row.append(Self.lookUpForm(of: participant))
                }
            }
        }
        if !copy.isEmpty { _ = try session.copyIn(copy) }
    }

    /// The address as look-ups compare it, cut to what an index takes: no address is that long, but junk may be.
    private static func lookUpForm(of participant: NewMessage.Participant) -> String {
        let normalised = participant.normalised
        guard normalised.utf8.count > longestLookUp else { return normalised }
        return String(decoding: normalised.utf8.prefix(longestLookUp), as: UTF8.self)
    }

    /// In bytes; an index's row holds 2,704 at most.
    private static let longestLookUp = 1_000

    private func copyAttachments(_ plan: CheckpointPlan) throws {
        var copy = CopyBuffer(
            table: "attachments",
            columns: [
                "organization_id", "account_id", "message_id", "part", "filename", "content_type", "is_inline",
                "content_id",
                "transfer_encoding", "body_from", "body_until", "size",
            ])
        for new in plan.newMessages {
            for attachment in new.message.attachments {
                copy.row { row in
                    row.append(account.organizationID)
                    row.append(account.accountID)
                    row.append(new.id)
                    row.append(attachment.part)
                    row.append(attachment.filename)
                    row.append(attachment.contentType)
                    row.append(attachment.isInline)
                    row.append(attachment.contentID)
                    row.append(attachment.transferEncoding)
                    row.append(Int64(attachment.body.lowerBound))
                    row.append(Int64(attachment.body.upperBound))
                    row.append(Int64(attachment.size))
                }
            }
        }
        if !copy.isEmpty { _ = try session.copyIn(copy) }
    }

    /// By upsert: a link that was only referred to becomes seen, and one whose thread is gone finds its new one.
    private func writeLinks(_ plan: CheckpointPlan) throws {
        guard !plan.assignment.links.isEmpty else { return }
        _ = try session.execute(
            Statement(
                """
                INSERT INTO message_references (organization_id, account_id, kind, value, thread_id, seen)
                SELECT $1, $2, u.kind, u.value, u.thread_id, u.seen
                  FROM unnest($3::int2[], $4::text[], $5::uuid[], $6::bool[]) AS u (kind, value, thread_id, seen)
                ON CONFLICT (organization_id, account_id, kind, value) DO UPDATE
                   SET thread_id = excluded.thread_id, seen = message_references.seen OR excluded.seen
                 WHERE message_references.thread_id <> excluded.thread_id OR excluded.seen > message_references.seen
                """,
                account.organizationID, account.accountID, plan.assignment.links.map(\.key.kind),
                plan.assignment.links.map(\.key.value),
                plan.assignment.links.map(\.thread.uuid), plan.assignment.links.map(\.seen)
            ))
    }

    /// By upsert, not COPY: the same UID may come again after a crash. A placement that has an unfinished wish keeps
    /// what the wish says.
    private func writePlacements(_ plan: CheckpointPlan) throws {
        let placements = plan.placements
        _ = try session.pipeline([
            Statement(
                """
                INSERT INTO message_placements (organization_id, account_id, folder_id, uidvalidity, uid, message_id, flags,
                    modseq, internaldate)
                SELECT $1, $2, u.folder_id, u.uidvalidity, u.uid, u.message_id,
                       string_to_array(u.flags, ' '), u.modseq, u.internaldate
                  FROM unnest($3::uuid[], $4::int8[], $5::int8[], $6::uuid[], $7::text[], $8::int8[], $9::timestamptz[])
                    AS u (folder_id, uidvalidity, uid, message_id, flags, modseq, internaldate)
                ON CONFLICT (organization_id, account_id, folder_id, uidvalidity, uid) DO UPDATE
                   SET message_id = excluded.message_id, modseq = excluded.modseq, internaldate = excluded.internaldate,
                       flags = CASE WHEN message_placements.agreed_flags IS NULL THEN excluded.flags
                                    ELSE message_placements.flags END
                """,
                account.organizationID, account.accountID, placements.map(\.message.folder.uuid),
                placements.map { Int64($0.message.uidValidity.rawValue) },
                placements.map { Int64($0.message.uid.rawValue) },
                placements.map(\.id.uuid), placements.map { FlagList.text($0.message.flags) },
                placements.map { $0.message.modSequence.map { Int64(bitPattern: $0.rawValue) } },
                placements.map(\.message.internalDate.timestamp)
            ),
            // received_at is the earliest of the placements' dates, in whatever order they come. One row a message: of
            // several, UPDATE would take any.
            Statement(
                """
                UPDATE messages m SET received_at = u.at
                  FROM (SELECT id, min(at) AS at FROM unnest($3::uuid[], $4::timestamptz[]) AS p (id, at) GROUP BY id) u
                 WHERE m.organization_id = $1 AND m.account_id = $2 AND m.id = u.id AND u.at < m.received_at
                """,
                account.organizationID, account.accountID, plan.knownMessages.map(\.id.uuid),
                plan.knownMessages.map(\.message.internalDate.timestamp)
            ),
        ])
    }

    // MARK: Threads

    /// Moves all of a joined thread into the one that stays. A thread is as private as the most private of the two.
    private func joinThreads(_ merges: [ThreadAssignment.Merge]) throws {
        for merge in merges {
            _ = try session.pipeline(
                [
                    """
                    UPDATE threads t SET visibility = 'private'
                      FROM threads f
                     WHERE t.organization_id = $1 AND t.account_id = $2 AND t.id = $4
                       AND f.organization_id = $1 AND f.account_id = $2 AND f.id = $3 AND f.visibility = 'private'
                       AND t.visibility <> 'private'
                    """,
                    "UPDATE messages SET thread_id = $4 WHERE organization_id = $1 AND account_id = $2 AND thread_id = $3",
                    "UPDATE thread_aliases SET thread_id = $4 WHERE organization_id = $1 AND account_id = $2 AND thread_id = $3",
                    """
                    INSERT INTO thread_aliases (organization_id, account_id, alias_id, thread_id)
                    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
                    """,
                    "DELETE FROM threads WHERE organization_id = $1 AND account_id = $2 AND id = $3 AND $4::uuid IS NOT NULL",
                ].map { Statement($0, account.organizationID, account.accountID, merge.from, merge.into) })
        }
    }

    /// Counts, dates and subject of threads that existed before, taken from their messages anew: right whatever was
    /// there, and the same however often it is done.
    private func refreshThreads(_ threads: [ThreadID]) throws {
        guard !threads.isEmpty else { return }
        _ = try session.execute(
            Statement(
                """
                UPDATE threads t
                   SET message_count = s.messages, oldest_at = s.oldest, newest_at = s.newest, subject = s.subject
                  FROM unnest($3::uuid[]) AS u (id),
                       LATERAL (SELECT count(*) AS messages, min(received_at) AS oldest, max(received_at) AS newest,
                                       (array_agg(subject ORDER BY received_at, sha256))[1] AS subject
                                  FROM messages m
                                 WHERE m.organization_id = $1 AND m.account_id = $2 AND m.thread_id = u.id) s
                 WHERE t.organization_id = $1 AND t.account_id = $2 AND t.id = u.id AND s.messages > 0
                """,
                account.organizationID, account.accountID, threads.map(\.uuid)
            ))
    }
}
