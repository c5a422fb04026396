package import MailModel
import Postgres

extension Store {
    /// Tracked actions of an account that may be carried out now, oldest first.
    ///
    /// - Parameter now: those that wait for a later moment are left out.
    package func openTrackedActions(
        of key: AccountKey, now: EpochSeconds, limit: Int
    ) async throws(StoreError) -> [TrackedAction] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT a.id, a.kind, a.origin, a.message_id, m.thread_id, a.wish::text, a.attempts, a.created_at
                      FROM actions a
                      JOIN messages m ON m.organization_id = $1 AND m.account_id = $2 AND m.id = a.message_id
                     WHERE a.organization_id = $1 AND a.account_id = $2 AND a.state IN ('pending', 'running', 'unknown')
                       AND a.kind IN ('reply', 'forward') AND (a.not_before IS NULL OR a.not_before <= $3)
                     ORDER BY a.created_at, a.id LIMIT $4
                    """, key.organizationID, key.accountID, now.timestamp, Int64(limit)
                )
            ).map { row in
                TrackedAction(
                    id: try row.get(0), kind: try row.known(1), origin: try row.known(2), messageID: try row.get(3),
                    threadID: try row.get(4), wish: try row.get(5), attempts: Int(try row.get(6, as: Int32.self)),
                    createdAt: try row.moment(7))
            }
        }
    }

    package func action(_ id: ActionID) async throws(StoreError) -> StoredAction {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT \(Self.actionColumns) FROM accounts o
                      JOIN actions a ON a.organization_id = o.organization_id AND a.account_id = o.id
                     WHERE a.id = $1
                    """, id
                ))
            guard let row = rows.first else { throw StoreError.notFound(kind: "action", id: id.description) }
            return try StoredAction(row)
        }
    }

    /// An account's actions, newest first.
    ///
    /// - Parameters:
    ///   - kind: `nil` is every kind, as for the state.
    ///   - action: the last of the page before.
    package func actions(
        of key: AccountKey, kind: ActionKind? = nil, state: ActionState? = nil, before action: ActionID? = nil,
        limit: Int
    ) async throws(StoreError) -> [StoredAction] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT \(Self.actionColumns) FROM actions a
                     WHERE a.organization_id = $1 AND a.account_id = $2 AND ($3::text IS NULL OR a.kind = $3)
                       AND ($4::text IS NULL OR a.state = $4) AND ($5::uuid IS NULL OR a.id < $5)
                     ORDER BY a.id DESC LIMIT $6
                    """, key.organizationID, key.accountID, kind?.rawValue, state?.rawValue, action, Int64(limit)
                )
            ).map { try StoredAction($0) }
        }
    }

    static let actionColumns = """
        a.organization_id, a.account_id, a.id, a.kind, a.state, a.origin, a.message_id, a.wish::text, a.result::text,
        a.attempts, a.not_before, a.created_at, a.finished_at
        """
}

extension StoredAction {
    init(_ row: PostgresRow) throws {
        self.init(
            account: AccountKey(organizationID: try row.get(0), accountID: try row.get(1)), id: try row.get(2),
            kind: try row.get(3), state: try row.known(4), origin: try row.known(5), messageID: try row.getOptional(6),
            wish: try row.get(7), result: try row.getOptional(8), attempts: Int(try row.get(9, as: Int32.self)),
            notBefore: try row.optionalMoment(10), createdAt: try row.moment(11), finishedAt: try row.optionalMoment(12)
        )
    }
}
