package import MailModel
import Postgres

extension Store {
    /// Messages that lie nowhere and weren't sought everywhere yet, oldest ids first.
    package func orphans(of key: AccountKey, limit: Int) async throws(StoreError) -> [Orphan] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT m.id, m.thread_id, m.header_message_id, m.provider_message_id, m.sha256, m.size, m.received_at
                      FROM message_absences a
                      JOIN messages m ON m.organization_id = $1 AND m.account_id = $2 AND m.id = a.message_id
                     WHERE a.organization_id = $1 AND a.account_id = $2 AND a.deleted_at IS NULL
                     ORDER BY a.message_id LIMIT $3
                    """, key.organizationID, key.accountID, Int64(limit)
                )
            ).map { row in
                Orphan(
                    messageID: try row.get(0), threadID: try row.get(1), headerMessageID: try row.headerID(2),
                    providerMessageID: try row.getOptional(3), sha256: try row.get(4), size: try row.get(5),
                    receivedAt: try row.moment(6))
            }
        }
    }

    /// What is placed in a folder under one UIDVALIDITY, by UID.
    package func identities(
        of folder: FolderID, uidValidity: UIDValidity, account key: AccountKey
    ) async throws(StoreError) -> [PlacedIdentity] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT p.uid, m.id, m.header_message_id, m.provider_message_id, p.internaldate, m.size, m.sha256
                      FROM message_placements p
                      JOIN messages m ON m.organization_id = $1 AND m.account_id = $2 AND m.id = p.message_id
                     WHERE p.organization_id = $1 AND p.account_id = $2 AND p.folder_id = $3 AND p.uidvalidity = $4
                     ORDER BY p.uid
                    """, key.organizationID, key.accountID, folder, Int64(uidValidity.rawValue)
                )
            ).compactMap { row in
                guard let uid = try row.uid(0) else { return nil }
                return PlacedIdentity(
                    uid: uid, messageID: try row.get(1), headerMessageID: try row.headerID(2),
                    providerMessageID: try row.getOptional(3), internalDate: try row.moment(4), size: try row.get(5),
                    sha256: try row.get(6))
            }
        }
    }
}
