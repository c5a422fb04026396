import MailModel
import Postgres

/// Rows of `folders`, within a caller's transaction.
enum FolderQueries {
    /// Adds folders that are new and refreshes what the server says of those that are known. Folders that the server
    /// left out stay as they are: an empty or partial LIST is no proof (mail-exactness 12).
    static func upsert(_ folders: [(ListedFolder, FolderID)], of key: AccountKey, in session: PostgresSession) throws {
        // A server may list a folder twice in one reply.
        var seen: Set<FolderPath> = []
        let folders = folders.filter { seen.insert($0.0.path).inserted }
        guard !folders.isEmpty else { return }
        _ = try session.execute(
            Statement(
                """
                INSERT INTO folders (organization_id, account_id, id, path_raw, path, role, selectable, mailbox_id)
                SELECT $1, $2, u.id, u.path_raw, u.path, u.role, u.selectable, u.mailbox_id
                  FROM unnest($3::uuid[], $4::bytea[], $5::text[], $6::text[], $7::bool[], $8::text[])
                    AS u (id, path_raw, path, role, selectable, mailbox_id)
                ON CONFLICT (organization_id, account_id, path_raw) DO UPDATE
                   SET path = excluded.path, role = excluded.role, selectable = excluded.selectable, gone_at = NULL,
                       mailbox_id = coalesce(excluded.mailbox_id, folders.mailbox_id)
                 WHERE (folders.path, folders.role, folders.selectable, folders.gone_at, folders.mailbox_id)
                       IS DISTINCT FROM (excluded.path, excluded.role, excluded.selectable, NULL,
                                         coalesce(excluded.mailbox_id, folders.mailbox_id))
                """,
                key.organizationID, key.accountID, folders.map(\.1.uuid), folders.map(\.0.path.raw),
                folders.map(\.0.path.display), folders.map { $0.0.role?.rawValue }, folders.map(\.0.isSelectable),
                folders.map(\.0.mailboxID)
            ))
    }

    static let columns = """
        id, path_raw, path, role, selectable, chosen, started_at, uidvalidity, uidnext, exists_count, highestmodseq,
        proven_uid, mailbox_id, has_placements, standing_due_at, parked_until, restaged_at
        """

    /// Locks folders in the order of their ids, as every transaction does that writes several of them, so that no two
    /// wait for each other.
    static func lock(_ folders: some Collection<FolderID>, of key: AccountKey) -> Statement {
        Statement(
            """
            SELECT FROM folders WHERE organization_id = $1 AND account_id = $2 AND id = ANY ($3::uuid[])
             ORDER BY id FOR NO KEY UPDATE
            """, key.organizationID, key.accountID, folders.map(\.uuid))
    }

    /// Locks all of an account's folders, in the same order.
    static func lockAll(of key: AccountKey) -> Statement {
        Statement(
            "SELECT FROM folders WHERE organization_id = $1 AND account_id = $2 ORDER BY id FOR NO KEY UPDATE",
            key.organizationID, key.accountID)
    }

    static func all(of key: AccountKey, in session: PostgresSession) throws -> [Folder] {
        try session.query(
            Statement(
                """
                SELECT \(columns) FROM folders
                 WHERE organization_id = $1 AND account_id = $2 AND gone_at IS NULL ORDER BY path, id
                """, key.organizationID, key.accountID
            )
        ).map { try Folder($0) }
    }
}

extension Folder {
    init(_ row: PostgresRow) throws {
        let cursor: FolderCursor? =
            row.isNull(7)
            ? nil
            : FolderCursor(
                uidValidity: UIDValidity(rawValue: UInt32(clamping: try row.get(7, as: Int64.self))),
                uidNext: try row.getOptional(8, as: Int64.self).flatMap { UID(rawValue: UInt32(clamping: $0)) },
                exists: Int(try row.getOptional(9, as: Int64.self) ?? 0),
                highestModSequence: try row.getOptional(10, as: Int64.self).map {
                    ModSequence(rawValue: UInt64(bitPattern: $0))
                },
                proven: UID(rawValue: UInt32(clamping: try row.get(11, as: Int64.self)))
            )
        self.init(
            id: try row.get(0),
            path: FolderPath(raw: try row.get(1), display: try row.get(2)),
            role: try row.knownOptional(3),
            isSelectable: try row.get(4),
            isChosen: try row.get(5),
            startedAt: try row.optionalMoment(6),
            cursor: cursor
        )
        mailboxID = try row.getOptional(12)
        hasPlacements = try row.get(13)
        standingDueAt = try row.getOptional(14)
        parkedUntil = try row.optionalMoment(15)
        restagedAt = try row.get(16, as: [PostgresTimestamp].self).map(EpochSeconds.init(_:))
    }
}
