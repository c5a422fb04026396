package import MailModel
import Postgres

extension Store {
    /// The hashes of the raw bytes as they lie here, of what is placed in a folder, by UID; 32 bytes each. They are made
    /// anew of the bytes: a disk may have changed those since they were stored.
    ///
    /// - Parameter uids: only these; `nil` is all.
    package func placedHashes(
        of folder: FolderID, uidValidity: UIDValidity, account key: AccountKey, in uids: UIDSet? = nil
    ) async throws(StoreError) -> [UID: [UInt8]] {
        let ranges = uids?.ranges ?? [0...UInt32.max]
        return try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT p.uid,
                           coalesce(sha256(b.content),
                                    (SELECT sha256(string_agg(c.content, ''::bytea ORDER BY c.number)) FROM blob_chunks c
                                      WHERE c.organization_id = $1 AND c.account_id = $2 AND c.sha256 = m.sha256),
                                    ''::bytea)
                      FROM unnest($5::int8[], $6::int8[]) AS r (first, last),
                           LATERAL (SELECT uid, message_id FROM message_placements
                                     WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4
                                       AND uid BETWEEN r.first AND r.last OFFSET 0) p
                      JOIN messages m ON m.organization_id = $1 AND m.account_id = $2 AND m.id = p.message_id
                      LEFT JOIN blobs b ON b.organization_id = $1 AND b.account_id = $2 AND b.sha256 = m.sha256
                    """, key.organizationID, key.accountID, folder, Int64(uidValidity.rawValue),
                    ranges.map { Int64($0.lowerBound) }, ranges.map { Int64($0.upperBound) }
                ))
            var hashes: [UID: [UInt8]] = [:]
            hashes.reserveCapacity(rows.count)
            for row in rows {
                guard let uid = try row.uid(0) else { continue }
                hashes[uid] = try row.get(1, as: [UInt8].self)
            }
            return hashes
        }
    }

    /// Lets go of the raw bytes of messages whose bytes are no longer those that were stored, so that they are stored anew
    /// with the next fetch.
    package func dropContents(
        ofPlaced uids: UIDSet, in folder: FolderID, uidValidity: UIDValidity, under lease: LaneLease
    ) async throws(StoreError) {
        let key = lease.account
        try await transaction(fence: lease) { session in
            try session.atCommit([
                Statement(
                    """
                    DELETE FROM blobs b USING message_placements p, messages m
                     WHERE p.organization_id = $1 AND p.account_id = $2 AND p.folder_id = $3 AND p.uidvalidity = $4
                       AND p.uid = ANY ($5::int8[])
                       AND m.organization_id = $1 AND m.account_id = $2 AND m.id = p.message_id
                       AND b.organization_id = $1 AND b.account_id = $2 AND b.sha256 = m.sha256
                    """, key.organizationID, key.accountID, folder, Int64(uidValidity.rawValue),
                    uids.uids.map { Int64($0.rawValue) })
            ])
        }
    }

    /// Keeps what a proof of completeness came to.
    package func record(_ audit: CompletenessAudit, of key: AccountKey) async throws(StoreError) {
        _ = try await withSession { session in
            try session.execute(
                Statement(
                    """
                    INSERT INTO audits (organization_id, account_id, id, deep, outcome, detail, began_at, finished_at)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                    """, key.organizationID, key.accountID, audit.id, audit.isDeep, audit.outcome.rawValue,
                    PostgresJSON(text: audit.detail), audit.beganAt.timestamp, audit.finishedAt.timestamp))
        }
    }

    /// An account's proofs of completeness, newest first.
    ///
    /// - Parameter audit: the last of the page before.
    package func audits(
        of key: AccountKey, before audit: AuditID? = nil, limit: Int
    ) async throws(StoreError) -> [CompletenessAudit] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT id, deep, outcome, detail::text, began_at, finished_at FROM audits
                     WHERE organization_id = $1 AND account_id = $2 AND ($3::uuid IS NULL OR id < $3)
                     ORDER BY id DESC LIMIT $4
                    """, key.organizationID, key.accountID, audit, Int64(limit)
                )
            ).map { row in
                CompletenessAudit(
                    id: try row.get(0), isDeep: try row.get(1), outcome: try row.known(2), detail: try row.get(3),
                    beganAt: try row.moment(4), finishedAt: try row.moment(5))
            }
        }
    }

    /// Deletes audits that ended before a moment; returns how many.
    package func pruneAudits(before moment: EpochSeconds) async throws(StoreError) -> Int {
        try await withSession {
            try $0.execute(Statement("DELETE FROM audits WHERE finished_at < $1", moment.timestamp))
        }
    }
}
