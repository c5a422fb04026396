import MailModel
import Postgres

extension CheckpointWriter {
    /// How many changes of UIDVALIDITY a folder remembers: one more than it may have in an hour.
    private static let keptRestages = 6

    /// What the checkpoint says of folders, in the order of their ids, in which everybody locks them.
    func folderStatements(_ checkpoint: Checkpoint, _ effects: CheckpointEffects) -> [Statement] {
        let touched = Set(checkpoint.cursors.keys).union(checkpoint.mailboxIDs.keys).union(checkpoint.restages.keys)
            .union(effects.filled).union(effects.emptied)
        guard !touched.isEmpty else { return [] }
        var statements: [Statement] = []
        if touched.count > 1 { statements.append(FolderQueries.lock(touched, of: account)) }
        if !effects.filled.isEmpty { statements.append(filledStatement(effects.filled)) }
        if !effects.emptied.isEmpty { statements.append(emptiedStatement(effects.emptied)) }
        statements += checkpoint.cursors.sorted { $0.key < $1.key }.map { cursorStatement($0.value, of: $0.key) }
        statements += checkpoint.mailboxIDs.sorted { $0.key < $1.key }.map { folder, mailboxID in
            Statement(
                """
                UPDATE folders SET mailbox_id = $4
                 WHERE organization_id = $1 AND account_id = $2 AND id = $3 AND mailbox_id IS DISTINCT FROM $4
                """, account.organizationID, account.accountID, folder, mailboxID)
        }
        statements += checkpoint.restages.sorted { $0.key < $1.key }.map { folder, moment in
            Statement(
                """
                UPDATE folders
                   SET restaged_at = (restaged_at || $4)[greatest(1, cardinality(restaged_at) + 2 - \(Self.keptRestages)):]
                 WHERE organization_id = $1 AND account_id = $2 AND id = $3
                """, account.organizationID, account.accountID, folder, moment.timestamp)
        }
        return statements
    }

    /// The first message of a folder: where the folder isn't watched, or came to be otherwise meanwhile, the standing of
    /// what lies in it is settled once more.
    private func filledStatement(_ folders: Set<FolderID>) -> Statement {
        Statement(
            """
            UPDATE folders
               SET has_placements = true,
                   standing_due_at = CASE WHEN is_watched(selectable, chosen, role, gone_at) THEN standing_due_at
                                          ELSE clock_timestamp() END
             WHERE organization_id = $1 AND account_id = $2 AND id = ANY ($3::uuid[]) AND NOT has_placements
            """, account.organizationID, account.accountID, folders.map(\.uuid))
    }

    private func emptiedStatement(_ folders: Set<FolderID>) -> Statement {
        Statement(
            """
            UPDATE folders f SET has_placements = false
             WHERE organization_id = $1 AND account_id = $2 AND id = ANY ($3::uuid[]) AND has_placements
               AND NOT EXISTS (SELECT FROM message_placements p
                                WHERE p.organization_id = $1 AND p.account_id = $2 AND p.folder_id = f.id)
            """, account.organizationID, account.accountID, folders.map(\.uuid))
    }

    private func cursorStatement(_ cursor: FolderCursor, of folder: FolderID) -> Statement {
        Statement(
            """
            UPDATE folders SET uidvalidity = $4, uidnext = $5, exists_count = $6, highestmodseq = $7, proven_uid = $8,
                   uidnext_at_start = coalesce(uidnext_at_start, $5)
             WHERE organization_id = $1 AND account_id = $2 AND id = $3
            """,
            account.organizationID, account.accountID, folder, Int64(cursor.uidValidity.rawValue),
            cursor.uidNext.map { Int64($0.rawValue) }, Int64(cursor.exists),
            cursor.highestModSequence.map { Int64(bitPattern: $0.rawValue) }, Int64(cursor.proven?.rawValue ?? 0)
        )
    }
}
