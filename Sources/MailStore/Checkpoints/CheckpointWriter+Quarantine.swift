import MailModel
import Postgres

extension CheckpointWriter {
    /// Keeps the raw bytes of what is quarantined, as far as they aren't stored.
    func writeContents(of quarantines: [Checkpoint.Quarantined]) throws {
        let contents = quarantines.compactMap(\.content)
        if !contents.isEmpty { try ContentWriter(account: account, session: session).copyMissing(contents) }
    }

    /// Holds messages apart and skips their UIDs. The same UID again is the same row, with what happened last.
    func quarantineStatements(_ quarantines: [Checkpoint.Quarantined]) -> [Statement] {
        guard !quarantines.isEmpty else { return [] }
        let quarantines = PlacementKey.lasts(of: quarantines) { $0.key }
        let rows = Statement(
            """
            INSERT INTO quarantine (organization_id, account_id, id, folder_id, uidvalidity, uid, sha256, size, reason,
                                    quarantined_at)
            SELECT $1, $2, u.id, u.folder_id, u.uidvalidity, u.uid, u.sha256, u.size, u.reason, now()
              FROM unnest($3::uuid[], $4::uuid[], $5::int8[], $6::int8[], $7::bytea[], $8::int8[], $9::text[])
                AS u (id, folder_id, uidvalidity, uid, sha256, size, reason)
                ON CONFLICT (organization_id, account_id, folder_id, uidvalidity, uid) WHERE replayed_at IS NULL DO UPDATE
               SET sha256 = excluded.sha256, size = excluded.size, reason = excluded.reason,
                   quarantined_at = excluded.quarantined_at
            """,
            account.organizationID, account.accountID, quarantines.map { _ in ids.uuid() },
            quarantines.map(\.folder.uuid), quarantines.map { Int64($0.uidValidity.rawValue) },
            quarantines.map { Int64($0.uid.rawValue) }, quarantines.map { $0.content?.sha256 },
            quarantines.map { $0.content.map { Int64($0.raw.count) } }, quarantines.map(\.keptReason))
        let skips = quarantines.map { held in
            Checkpoint.Skip(
                folder: held.folder, uidValidity: held.uidValidity, uids: UIDSet(held.uid...held.uid),
                reason: .quarantined)
        }
        return [rows] + skips.map(skipStatement)
    }
}

extension Checkpoint.Quarantined {
    var key: PlacementKey { PlacementKey(folder: folder, uidValidity: uidValidity, uid: uid) }

    /// What PostgreSQL's text can hold, in the bound of the table.
    fileprivate var keptReason: String {
        let clean = reason.replacing("\0", with: "\u{FFFD}")
        return clean.isEmpty ? "unknown" : String(String.UnicodeScalarView(clean.unicodeScalars.prefix(1_000)))
    }
}
