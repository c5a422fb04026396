package import MailModel
import Postgres

extension Store {
    /// Why the messages that bear a Message-ID are here, oldest first; empty where none is stored.
    ///
    /// What was skipped was never fetched, so that nothing is known by a Message-ID of it: where the server has the
    /// message, ``coverage(of:uidValidity:account:)`` tells for which reason its UID was skipped.
    package func why(_ id: HeaderMessageID, of key: AccountKey) async throws(StoreError) -> [Provenance] {
        let found = try await storedMessages(bearing: [id], of: key)[id] ?? []
        guard !found.isEmpty else { return [] }
        let ids = found.map(\.messageID.uuid)
        return try await withSession { session in
            let rows = try session.pipeline([
                Statement(
                    """
                    SELECT id, thread_id, created_at, received_at, run_id, taken_by, joined_by, in_scope, trashed, deleted_at
                      FROM messages WHERE organization_id = $1 AND account_id = $2 AND id = ANY ($3::uuid[])
                     ORDER BY created_at, id
                    """, key.organizationID, key.accountID, ids
                ),
                Statement(
                    """
                    SELECT p.message_id, f.path, p.uidvalidity, p.uid, p.flags, p.internaldate
                      FROM message_placements p
                      JOIN folders f ON f.organization_id = $1 AND f.account_id = $2 AND f.id = p.folder_id
                     WHERE p.organization_id = $1 AND p.account_id = $2 AND p.message_id = ANY ($3::uuid[])
                     ORDER BY f.path, p.uid
                    """, key.organizationID, key.accountID, ids
                ),
                Statement(
                    """
                    SELECT \(Self.actionColumns) FROM actions a
                     WHERE a.organization_id = $1 AND a.account_id = $2 AND a.message_id = ANY ($3::uuid[]) ORDER BY a.id
                    """, key.organizationID, key.accountID, ids
                ),
                // A run stored the message while it ran, so that its history lies in the partitions around that moment.
                Statement(
                    """
                    SELECT \(Self.runColumns) FROM messages m
                      JOIN job_history h ON h.organization_id = $1 AND h.id = m.run_id
                       AND h.started_at BETWEEN m.created_at - interval '7 days' AND m.created_at + interval '1 hour'
                     WHERE m.organization_id = $1 AND m.account_id = $2 AND m.id = ANY ($3::uuid[])
                    """, key.organizationID, key.accountID, ids
                ),
            ])
            var placements: [MessageID: [StoredMessage.Placement]] = [:]
            for row in rows[1] {
                guard let uid = try row.uid(3) else { continue }
                placements[try row.get(0), default: []].append(
                    StoredMessage.Placement(
                        path: try row.get(1), uidValidity: try row.uidValidity(2), uid: uid, flags: try row.get(4),
                        internalDate: try row.moment(5)))
            }
            let actions = try rows[2].map { try StoredAction($0) }
            let runs = try rows[3].map { try JobRun($0) }
            return try rows[0].map { row in
                let message: MessageID = try row.get(0)
                let run: RunID? = try row.getOptional(4)
                return Provenance(
                    message: message, thread: try row.get(1), seenAt: try row.moment(2), receivedAt: try row.moment(3),
                    run: run, history: run.flatMap { run in runs.first { $0.id == run } },
                    takenBy: try row.knownOptional(5),
                    joinedBy: try row.getOptional(6, as: String.self).flatMap { JoinedBy($0) },
                    isInScope: try row.get(7), isTrashed: try row.get(8), deletedAt: try row.optionalMoment(9),
                    placements: placements[message] ?? [], actions: actions.filter { $0.messageID == message })
            }
        }
    }
}
