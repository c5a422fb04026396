package import MailModel
import Postgres

extension Store {
    /// What is or was held apart of an account, newest first.
    ///
    /// - Parameter id: the last of the page before.
    package func quarantined(
        of key: AccountKey, before id: QuarantineID? = nil, limit: Int
    ) async throws(StoreError) -> [QuarantinedMessage] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT \(Self.quarantineColumns)
                     WHERE q.organization_id = $1 AND q.account_id = $2 AND ($3::uuid IS NULL OR q.id < $3)
                     ORDER BY q.id DESC LIMIT $4
                    """, key.organizationID, key.accountID, id, Int64(limit)
                )
            ).map { try QuarantinedMessage($0) }
        }
    }

    package func quarantined(_ id: QuarantineID) async throws(StoreError) -> QuarantinedMessage {
        try await withSession { try Self.quarantined(id, in: $0) }
    }

    /// Lets a quarantined message be tried again: its UID is no longer known, and the account is due at once. Once more
    /// where that was done already is nothing.
    ///
    /// A visit under way loses its lane: its cursor would say that all is known.
    package func replayQuarantined(_ id: QuarantineID) async throws(StoreError) {
        try await transaction { session in
            let held = try Self.quarantined(id, in: session)
            guard held.replayedAt == nil else { return }
            let key = held.account
            _ = try session.pipeline([
                Statement(
                    """
                    UPDATE quarantine SET replayed_at = now()
                     WHERE organization_id = $1 AND account_id = $2 AND id = $3 AND replayed_at IS NULL
                    """, key.organizationID, key.accountID, id
                ),
                Statement(
                    """
                    UPDATE folder_skips SET uids = uids - int8multirange(int8range($5, $5, '[]'))
                     WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4
                       AND reason = 'quarantined'
                    """, key.organizationID, key.accountID, held.folder, Int64(held.uidValidity.rawValue),
                    Int64(held.uid.rawValue)
                ),
                // Where UIDNEXT isn't known, the next visit compares the whole set.
                Statement(
                    "UPDATE folders SET uidnext = NULL WHERE organization_id = $1 AND account_id = $2 AND id = $3",
                    key.organizationID, key.accountID, held.folder
                ),
                DispatchQueries.restart(key),
            ])
        }
    }

    private static func quarantined(_ id: QuarantineID, in session: PostgresSession) throws -> QuarantinedMessage {
        let rows = try session.query(
            Statement(
                """
                SELECT \(quarantineColumns)
                  JOIN accounts a ON a.organization_id = q.organization_id AND a.id = q.account_id
                 WHERE q.id = $1
                """, id))
        guard let row = rows.first else { throw StoreError.notFound(kind: "quarantined message", id: id.description) }
        return try QuarantinedMessage(row)
    }

    private static let quarantineColumns = """
        q.organization_id, q.account_id, q.id, q.folder_id, f.path, q.uidvalidity, q.uid, q.sha256, q.size, q.reason,
        q.quarantined_at, q.replayed_at
        FROM quarantine q
        JOIN folders f ON f.organization_id = q.organization_id AND f.account_id = q.account_id AND f.id = q.folder_id
        """
}

extension QuarantinedMessage {
    init(_ row: PostgresRow) throws {
        guard let uid = try row.uid(6) else { throw StoreError.unreadable("a quarantined message has the UID 0") }
        self.init(
            account: AccountKey(organizationID: try row.get(0), accountID: try row.get(1)), id: try row.get(2),
            folder: try row.get(3), path: try row.get(4), uidValidity: try row.uidValidity(5), uid: uid,
            sha256: try row.getOptional(7), size: try row.getOptional(8), reason: try row.get(9),
            quarantinedAt: try row.moment(10), replayedAt: try row.optionalMoment(11))
    }
}
