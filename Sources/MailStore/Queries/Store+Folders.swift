package import MailModel
import Postgres

extension Store {
    /// The account's folders that exist, by path.
    package func folders(of key: AccountKey) async throws(StoreError) -> [Folder] {
        try await withSession { try FolderQueries.all(of: key, in: $0) }
    }

    /// Takes over what the server lists. In mode `all`, a folder that is new is chosen with it, from now on.
    ///
    /// - Parameter lease: of the visit that listed them: what it saw before a successor took the lane is refused. `nil`
    ///   where nobody visits the account yet.
    package func refreshFolders(
        _ listed: [ListedFolder], of key: AccountKey, under lease: LaneLease? = nil
    ) async throws(StoreError) -> [Folder] {
        let rows = listed.map { ($0, ids.make(FolderSubject.self)) }
        let now = time.now
        return try await transaction(fenceIfAny: lease) { session in
            _ = try session.query(FolderQueries.lockAll(of: key))
            try FolderQueries.upsert(rows, of: key, in: session)
            _ = try session.execute(
                Statement(
                    """
                    UPDATE folders f SET chosen = true
                      FROM accounts a
                     WHERE a.organization_id = $1 AND a.id = $2 AND a.folder_mode = 'all'
                       AND f.organization_id = $1 AND f.account_id = $2 AND f.gone_at IS NULL AND f.selectable
                       AND NOT f.chosen AND coalesce(f.role, '') <> ALL (ARRAY['drafts', 'trash', 'junk'])
                    """, key.organizationID, key.accountID
                ))
            // A folder that came to be watched after Start has a T of its own: now.
            _ = try session.execute(
                Statement(
                    """
                    UPDATE folders f SET started_at = $3
                      FROM accounts a
                     WHERE a.organization_id = $1 AND a.id = $2 AND a.started_at IS NOT NULL
                       AND f.organization_id = $1 AND f.account_id = $2 AND f.selectable
                       AND (f.chosen OR f.role = 'sent') AND f.started_at IS NULL
                    """, key.organizationID, key.accountID, now.timestamp
                ))
            return try FolderQueries.all(of: key, in: session)
        }
    }

    /// Records which folders are synced. A folder added after Start begins by the 72-hour rule from now; one left out
    /// stops syncing and keeps its mail.
    ///
    /// - Parameter paths: as shown, with `/` between the levels; for ``Account/FolderMode/all`` they name folders that
    ///   are pulled besides, such as Trash.
    /// - Throws: `refused(folder_unknown)` naming the path and the nearest that exist.
    package func chooseFolders(
        of id: AccountID, mode: Account.FolderMode, paths: [String]
    ) async throws(StoreError) -> [Folder] {
        let account = try await account(id)
        let key = account.key
        let now = time.now
        return try await transaction { session in
            _ = try session.query(FolderQueries.lockAll(of: key))
            let folders = try FolderQueries.all(of: key, in: session)
            var chosen: Set<FolderID> = []
            for path in paths {
                guard
                    let folder = folders.first(where: { $0.path.display == path })
                        ?? folders.first(where: { $0.path.display.lowercased() == path.lowercased() })
                else {
                    let known = folders.filter(\.isSelectable).map(\.path.display).joined(separator: ", ")
                    throw StoreError.refused(
                        code: "folder_unknown", text: "there is no folder \(path); the account has: \(known)")
                }
                guard folder.isSelectable else {
                    throw StoreError.refused(code: "folder_unselectable", text: "\(path) holds folders, not mail")
                }
                chosen.insert(folder.id)
            }
            if mode == .all {
                for folder in folders where folder.isSelectable && folder.role?.isPulledByDefault ?? true {
                    chosen.insert(folder.id)
                }
            }
            guard !chosen.isEmpty else {
                throw StoreError.refused(code: "folders_not_chosen", text: "the choice holds no folder")
            }
            _ = try session.pipeline([
                Statement(
                    "UPDATE accounts SET folder_mode = $3 WHERE organization_id = $1 AND id = $2",
                    key.organizationID, key.accountID, mode.rawValue
                ),
                Statement(
                    """
                    UPDATE folders SET chosen = (id = ANY ($3::uuid[])),
                        started_at = CASE WHEN selectable AND (id = ANY ($3::uuid[]) OR role = 'sent')
                                          THEN coalesce(started_at, $4) END
                     WHERE organization_id = $1 AND account_id = $2
                    """,
                    key.organizationID, key.accountID, chosen.map(\.uuid),
                    account.startedAt == nil ? nil : now.timestamp
                ),
                Statement(
                    """
                    UPDATE account_dispatch SET next_due_at = now(), dispatched_until = NULL
                     WHERE organization_id = $1 AND account_id = $2 AND next_due_at IS NOT NULL
                    """, key.organizationID, key.accountID
                ),
            ])
            return try FolderQueries.all(of: key, in: session)
        }
    }
}
