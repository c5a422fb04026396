package import MailModel
import Postgres

extension Store {
    /// Takes over what folders are called now: renamed folders keep their ids, placements and cursors, and names may be
    /// exchanged. A row that a former visit made for such a name and that never held anything gives way.
    ///
    /// - Throws: `leaseLost`, `cancelled`; a unique violation where another folder of that name holds mail.
    package func renameFolders(_ paths: [FolderID: FolderPath], under lease: LaneLease) async throws(StoreError) {
        guard !paths.isEmpty else { return }
        let key = lease.account
        let renames = paths.sorted { $0.key < $1.key }
        let ids = renames.map(\.key.uuid)
        try await transaction(fence: lease) { session in
            _ = try session.pipeline([
                FolderQueries.lockAll(of: key),
                Statement(
                    """
                    DELETE FROM folders f
                     WHERE organization_id = $1 AND account_id = $2 AND path_raw = ANY ($4::bytea[]) AND id <> ALL ($3::uuid[])
                       AND uidvalidity IS NULL
                       AND NOT EXISTS (SELECT FROM message_placements p
                                        WHERE p.organization_id = $1 AND p.account_id = $2 AND p.folder_id = f.id)
                    """, key.organizationID, key.accountID, ids, renames.map(\.value.raw)
                ),
                // By way of names that no server gives, since two folders may exchange theirs.
                Statement(
                    """
                    UPDATE folders SET path_raw = '\\x00'::bytea || uuid_send(id)
                     WHERE organization_id = $1 AND account_id = $2 AND id = ANY ($3::uuid[])
                    """, key.organizationID, key.accountID, ids
                ),
                Statement(
                    """
                    UPDATE folders f SET path_raw = u.path_raw, path = u.path, gone_at = NULL
                      FROM unnest($3::uuid[], $4::bytea[], $5::text[]) AS u (id, path_raw, path)
                     WHERE f.organization_id = $1 AND f.account_id = $2 AND f.id = u.id
                    """, key.organizationID, key.accountID, ids, renames.map(\.value.raw), renames.map(\.value.display)
                ),
            ])
        }
    }

    /// Records that folders exist no more: what lay in them lies there no longer, and what lies nowhere else becomes an
    /// orphan. A folder of the same name that comes later is the same row, and is read from its beginning.
    package func markGone(_ folders: [FolderID], under lease: LaneLease) async throws(StoreError) {
        guard !folders.isEmpty else { return }
        let key = lease.account
        let folders = folders.map(\.uuid)
        try await transaction(fence: lease) { session in
            let lost = try session.query(
                Statement(
                    """
                    WITH skipped AS (
                        DELETE FROM folder_skips
                         WHERE organization_id = $1 AND account_id = $2 AND folder_id = ANY ($3::uuid[])
                    )
                    DELETE FROM message_placements
                     WHERE organization_id = $1 AND account_id = $2 AND folder_id = ANY ($3::uuid[]) RETURNING message_id
                    """, key.organizationID, key.accountID, folders))
            let messages = Set(try lost.map { try $0.get(0, as: MessageID.self) }).map(\.uuid)
            try session.atCommit([
                Statement(
                    """
                    \(StandingQueries.settling("SELECT id FROM unnest($3::uuid[]) AS u (id)"))
                    \(StandingQueries.telling("SELECT 'message.updated', id FROM unnest($3::uuid[]) AS u (id)"))
                    """, key.organizationID, key.accountID, messages
                ),
                FolderQueries.lockAll(of: key),
                Statement(
                    """
                    UPDATE folders
                       SET gone_at = now(), has_placements = false, standing_due_at = NULL, parked_until = NULL,
                           mailbox_id = NULL, uidvalidity = NULL, uidnext = NULL, exists_count = NULL, highestmodseq = NULL,
                           proven_uid = 0
                     WHERE organization_id = $1 AND account_id = $2 AND id = ANY ($3::uuid[]) AND gone_at IS NULL
                    """, key.organizationID, key.accountID, folders
                ),
            ])
        }
    }

    /// Leaves a folder alone until a moment; `nil` takes it up again.
    package func parkFolder(
        _ folder: FolderID, until moment: EpochSeconds?, under lease: LaneLease
    ) async throws(StoreError) {
        let key = lease.account
        try await transaction(fence: lease) { session in
            try session.atCommit([
                Statement(
                    "UPDATE folders SET parked_until = $4 WHERE organization_id = $1 AND account_id = $2 AND id = $3",
                    key.organizationID, key.accountID, folder, moment?.timestamp)
            ])
        }
    }

    /// Settles what a folder's being watched, or no longer, means for the messages in it (``Folder/needsSettling``), page
    /// by page; what changes the folder once more meanwhile stays due.
    ///
    /// - Parameter pageSize: messages a transaction.
    package func settleStanding(
        of folder: Folder, under lease: LaneLease, pageSize: Int = 2_000
    ) async throws(StoreError) {
        guard let dueAt = folder.standingDueAt else { return }
        let key = lease.account
        let id = folder.id
        var last: MessageID?
        repeat {
            let after = last
            last = try await transaction(fence: lease) { session in
                let page = try session.query(
                    Statement(
                        """
                        SELECT DISTINCT message_id FROM message_placements
                         WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3
                           AND ($4::uuid IS NULL OR message_id > $4) ORDER BY message_id LIMIT $5
                        """, key.organizationID, key.accountID, id, after, Int64(pageSize))
                ).map { try $0.get(0, as: MessageID.self) }
                var statements = [
                    Statement(
                        """
                        \(StandingQueries.settling("SELECT id FROM unnest($3::uuid[]) AS u (id)"))
                        \(StandingQueries.telling("SELECT 'message.updated', id FROM changed"))
                        """, key.organizationID, key.accountID, page.map(\.uuid))
                ]
                let isLast = page.count < pageSize
                if isLast {
                    statements.append(
                        Statement(
                            """
                            UPDATE folders SET standing_due_at = NULL
                             WHERE organization_id = $1 AND account_id = $2 AND id = $3 AND standing_due_at = $4
                            """, key.organizationID, key.accountID, id, dueAt))
                }
                try session.atCommit(statements)
                return isLast ? nil : page.last
            }
        } while last != nil
    }
}
