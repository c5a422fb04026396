package import MailModel
import Postgres
import Threading

extension Store {
    /// For how long a miss is remembered, in hours.
    private static let rememberedHours: Int32 = 24

    /// Which of these ids were sought within the last 24 hours and not found.
    ///
    /// - Parameter everywhere: whether all folders would be searched now: then only a miss everywhere counts.
    package func rememberedMisses(
        of ids: [HeaderMessageID], everywhere: Bool, account key: AccountKey
    ) async throws(StoreError) -> Set<HeaderMessageID> {
        guard !ids.isEmpty else { return [] }
        return try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT header_id FROM ancestor_misses
                     WHERE organization_id = $1 AND account_id = $2 AND header_id = ANY ($3::text[])
                       AND everywhere >= $4 AND missed_at > now() - make_interval(hours => $5)
                    """, key.organizationID, key.accountID, ids.map(\.rawValue), everywhere, Self.rememberedHours
                ))
            return Set(try rows.compactMap { try $0.headerID(0) })
        }
    }

    /// Forgets misses that don't count any more; returns how many.
    package func pruneMisses() async throws(StoreError) -> Int {
        try await withSession {
            try $0.execute(
                Statement(
                    "DELETE FROM ancestor_misses WHERE missed_at <= now() - make_interval(hours => $1)",
                    Self.rememberedHours))
        }
    }

    /// The stored messages that bear these Message-IDs; several may bear one.
    package func storedMessages(
        bearing ids: [HeaderMessageID], of key: AccountKey
    ) async throws(StoreError) -> [HeaderMessageID: [StoredAncestor]] {
        guard let first = ids.first else { return [:] }
        // By way of their links, since messages have no index by Message-ID.
        let kind = LinkKey.messageID(first).kind
        return try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT \(Self.ancestorColumns) FROM unnest($3::text[]) AS u (value)
                      JOIN message_references r
                        ON r.organization_id = $1 AND r.account_id = $2 AND r.kind = $4 AND r.value = u.value AND r.seen
                      LEFT JOIN thread_aliases l
                        ON l.organization_id = $1 AND l.account_id = $2 AND l.alias_id = r.thread_id
                      JOIN messages m
                        ON m.organization_id = $1 AND m.account_id = $2 AND m.thread_id = coalesce(l.thread_id, r.thread_id)
                       AND m.header_message_id = u.value
                     ORDER BY m.received_at, m.id
                    """, key.organizationID, key.accountID, Array(Set(ids)).map(\.rawValue), kind
                ))
            let found = try rows.map { try StoredAncestor($0) }
            return Dictionary(grouping: found.filter { $0.headerMessageID != nil }) { $0.headerMessageID ?? first }
        }
    }

    /// Stored messages from an address whose Date lies in a range, for a forwarded block to be matched with.
    ///
    /// - Parameters:
    ///   - address: normalised (`EmailAddress.normalised`).
    ///   - range: both ends included.
    package func messages(
        from address: String, sentIn range: ClosedRange<EpochSeconds>, of key: AccountKey, limit: Int
    ) async throws(StoreError) -> [StoredAncestor] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT \(Self.ancestorColumns) FROM messages m
                     WHERE m.organization_id = $1 AND m.account_id = $2 AND m.sent_at BETWEEN $4 AND $5
                       AND m.id IN (SELECT p.message_id FROM message_participants p
                                     WHERE p.organization_id = $1 AND p.account_id = $2 AND p.normalised = $3
                                       AND p.role = 'from')
                     ORDER BY m.sent_at, m.id LIMIT $6
                    """, key.organizationID, key.accountID, address, range.lowerBound.timestamp,
                    range.upperBound.timestamp, Int64(limit)
                )
            ).map { try StoredAncestor($0) }
        }
    }

    private static let ancestorColumns = """
        m.id, m.thread_id, m.header_message_id, m.subject, m.sent_at, m.received_at, m.taken_by,
        ARRAY(SELECT f.address FROM message_participants f
               WHERE f.organization_id = $1 AND f.account_id = $2 AND f.message_id = m.id AND f.role = 'from'
               ORDER BY f.position)
        """
}

extension StoredAncestor {
    init(_ row: PostgresRow) throws {
        self.init(
            messageID: try row.get(0), threadID: try row.get(1), headerMessageID: try row.headerID(2),
            subject: try row.getOptional(3), sentAt: try row.optionalMoment(4), receivedAt: try row.moment(5),
            takenBy: try row.knownOptional(6), from: try row.get(7))
    }
}
