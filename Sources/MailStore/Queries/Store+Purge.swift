package import MailModel
import Postgres

extension Store {
    /// Accounts with messages that were deleted before a moment, in no order.
    package func accountsToPurge(deletedBefore moment: EpochSeconds, limit: Int) async throws(StoreError)
        -> [AccountKey]
    {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT DISTINCT organization_id, account_id
                      FROM (SELECT organization_id, account_id FROM message_absences
                             WHERE deleted_at < $1 ORDER BY deleted_at LIMIT 10000) AS oldest LIMIT $2
                    """, moment.timestamp, Int64(limit)
                )
            ).map { AccountKey(organizationID: try $0.get(0), accountID: try $0.get(1)) }
        }
    }

    /// Removes messages of an account that were deleted before a moment, with all that hangs on them: their raw bytes
    /// where nothing else has the same, threads that are left without a message, and what their links said was seen.
    ///
    /// It holds the account's `read` lane as a visit's transactions do, but alone: no checkpoint finds a message or its
    /// bytes that are gone when it commits. A visit that begins meanwhile ends it, and it is done another time.
    ///
    /// - Parameter limit: messages a call.
    /// - Returns: how many messages went; `nil` where a visit writes just now.
    package func purgeDeleted(
        of key: AccountKey, deletedBefore moment: EpochSeconds, limit: Int
    ) async throws(StoreError) -> Int? {
        try await transaction { session in
            let isAlone: Bool = try session.query(
                Statement(
                    "SELECT pg_try_advisory_xact_lock(lane_lock($1, $2, 'read'))", key.organizationID, key.accountID)
            )[0].get(0)
            guard isAlone else { return nil }
            let gone = try session.query(
                Statement(
                    """
                    WITH chosen AS MATERIALIZED (
                        SELECT a.message_id FROM message_absences a
                         WHERE a.organization_id = $1 AND a.account_id = $2 AND a.deleted_at < $3
                           AND NOT EXISTS (SELECT FROM message_placements p
                                            WHERE p.organization_id = $1 AND p.account_id = $2
                                              AND p.message_id = a.message_id)
                         ORDER BY a.message_id LIMIT $4
                    )
                    DELETE FROM messages m USING chosen c
                     WHERE m.organization_id = $1 AND m.account_id = $2 AND m.id = c.message_id
                    RETURNING m.thread_id, m.sha256, m.header_message_id
                    """, key.organizationID, key.accountID, moment.timestamp, Int64(limit)))
            guard !gone.isEmpty else { return 0 }
            let threads = Array(Set(try gone.map { try $0.get(0, as: ThreadID.self) }))
            let hashes = Array(Set(try gone.map { try $0.get(1, as: [UInt8].self) }))
            let headers = Array(Set(try gone.compactMap { try $0.getOptional(2, as: String.self) }))
            _ = try session.pipeline([
                Self.unusedBlobs(hashes, of: key), Self.unseenLinks(headers, in: threads, of: key),
                ThreadQueries.refresh(threads, of: key), ThreadQueries.removeEmpty(threads, of: key),
            ])
            return gone.count
        }
    }

    private static func unusedBlobs(_ hashes: [[UInt8]], of key: AccountKey) -> Statement {
        Statement(
            """
            DELETE FROM blobs b
             WHERE b.organization_id = $1 AND b.account_id = $2 AND b.sha256 = ANY ($3::bytea[])
               AND NOT EXISTS (SELECT FROM messages m
                                WHERE m.organization_id = $1 AND m.account_id = $2 AND m.sha256 = b.sha256)
               AND NOT EXISTS (SELECT FROM quarantine q
                                WHERE q.organization_id = $1 AND q.account_id = $2 AND q.sha256 = b.sha256)
            """, key.organizationID, key.accountID, hashes)
    }

    /// Ids that no message bears any more: a reply to one of them is a reply to mail that isn't stored.
    private static func unseenLinks(_ headers: [String], in threads: [ThreadID], of key: AccountKey) -> Statement {
        Statement(
            """
            UPDATE message_references r SET seen = false
             WHERE r.organization_id = $1 AND r.account_id = $2 AND r.kind = 1 AND r.value = ANY ($3::text[])
               AND NOT EXISTS (SELECT FROM messages m
                                WHERE m.organization_id = $1 AND m.account_id = $2 AND m.thread_id = ANY ($4::uuid[])
                                  AND m.header_message_id = r.value)
            """, key.organizationID, key.accountID, headers, threads.map(\.uuid))
    }
}
