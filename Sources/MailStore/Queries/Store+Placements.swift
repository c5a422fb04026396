package import MailModel
import Postgres
package import Threading

extension Store {
    /// What is stored of one folder's present generation.
    package struct FolderContents: Sendable {
        /// UIDs that are placed, each with its flags as one sorted text (see ``flagText(_:)``).
        package let flags: [UID: String]
        package let skipped: UIDSet

        package var placed: UIDSet { UIDSet(flags.keys) }
    }

    /// Which UIDs of a folder are placed, and which are skipped.
    package func contents(
        of folder: FolderID, uidValidity: UIDValidity, account key: AccountKey
    ) async throws(StoreError) -> FolderContents {
        try await withSession { session in
            let rows = try session.pipeline([
                Statement(
                    """
                    SELECT uid, array_to_string(flags, ' ') FROM message_placements
                     WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4
                    """, key.organizationID, key.accountID, folder, Int64(uidValidity.rawValue)
                ),
                Statement(
                    """
                    SELECT lower(r), upper(r) - 1 FROM folder_skips s, unnest(s.uids) AS r
                     WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4
                    """, key.organizationID, key.accountID, folder, Int64(uidValidity.rawValue)
                ),
            ])
            var flags: [UID: String] = [:]
            flags.reserveCapacity(rows[0].count)
            for row in rows[0] {
                guard let uid = UID(rawValue: UInt32(clamping: try row.get(0, as: Int64.self))) else { continue }
                flags[uid] = try row.get(1, as: String.self)
            }
            let ranges = try rows[1].map {
                UInt32(clamping: try $0.get(0, as: Int64.self))...UInt32(clamping: try $0.get(1, as: Int64.self))
            }
            return FolderContents(flags: flags, skipped: UIDSet(normalising: ranges))
        }
    }

    /// Flags in the form in which ``FolderContents`` has them, for comparing.
    package static func flagText(_ flags: [Flag]) -> String { FlagList.text(flags) }

    /// Which of these links are known, and so belong to a thread that is synced.
    package func knownLinks(_ links: [LinkKey], of key: AccountKey) async throws(StoreError) -> Set<LinkKey> {
        guard !links.isEmpty else { return [] }
        return try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT r.kind, r.value FROM unnest($3::int2[], $4::text[]) AS u (kind, value)
                      JOIN message_references r
                        ON r.organization_id = $1 AND r.account_id = $2 AND r.kind = u.kind AND r.value = u.value
                    """, key.organizationID, key.accountID, links.map(\.kind), links.map(\.value)
                ))
            return Set(try rows.compactMap { LinkKey(kind: try $0.get(0), value: try $0.get(1)) })
        }
    }
}
