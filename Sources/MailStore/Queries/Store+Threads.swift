package import MailModel
import Postgres

extension Store {
    /// An account's threads, newest first.
    ///
    /// - Parameter before: the last thread of the page before; `nil` for the first page.
    package func threads(
        of key: AccountKey, before: StoredThread? = nil, limit: Int
    ) async throws(StoreError) -> [StoredThread] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT \(Self.threadColumns) FROM threads t
                     WHERE t.organization_id = $1 AND t.account_id = $2
                       AND ($3::timestamptz IS NULL OR (t.newest_at, t.id) < ($3, $4::uuid))
                     ORDER BY t.newest_at DESC, t.id DESC LIMIT $5
                    """, key.organizationID, key.accountID, before?.newest.timestamp, before?.id, Int64(limit)
                )
            ).map { try StoredThread($0) }
        }
    }

    /// A thread by its id; the id of a thread that was joined into another gives that one.
    package func thread(_ id: ThreadID) async throws(StoreError) -> StoredThread {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT \(Self.threadColumns) FROM accounts a
                      JOIN threads t ON t.organization_id = a.organization_id AND t.account_id = a.id
                     WHERE t.id = coalesce((SELECT l.thread_id FROM accounts b
                                              JOIN thread_aliases l
                                                ON l.organization_id = b.organization_id AND l.account_id = b.id
                                             WHERE l.alias_id = $1 LIMIT 1), $1)
                    """, id
                ))
            guard let row = rows.first else { throw StoreError.notFound(kind: "thread", id: id.description) }
            return try StoredThread(row)
        }
    }

    private static let threadColumns = """
        t.id, t.account_id, t.subject, t.message_count, t.oldest_at, t.newest_at, t.visibility,
        ARRAY(SELECT coalesce(p.name, p.address) FROM messages m
                JOIN message_participants p ON p.organization_id = m.organization_id AND p.account_id = m.account_id
                 AND p.message_id = m.id AND p.role = 'from' AND p.position = 0
               WHERE m.organization_id = t.organization_id AND m.account_id = t.account_id AND m.thread_id = t.id
               GROUP BY 1 ORDER BY min(m.received_at) LIMIT 20)
        """
}

extension StoredThread {
    init(_ row: PostgresRow) throws {
        self.init(
            id: try row.get(0), accountID: try row.get(1), subject: try row.getOptional(2),
            messageCount: Int(try row.get(3, as: Int32.self)), oldest: try row.moment(4),
            newest: try row.moment(5), visibility: try row.get(6),
            participants: try row.get(7)
        )
    }
}
