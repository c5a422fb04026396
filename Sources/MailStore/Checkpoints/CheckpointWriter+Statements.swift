import MailModel
import Postgres

extension CheckpointWriter {
    /// New flags from the server. A placement that has an unfinished wish keeps what the wish says.
    func flagStatements(_ changes: [Checkpoint.FlagChange]) -> [Statement] {
        guard !changes.isEmpty else { return [] }
        return [
            Statement(
                """
                UPDATE message_placements p SET flags = string_to_array(u.flags, ' '), agreed_flags = NULL
                  FROM unnest($3::uuid[], $4::int8[], $5::int8[], $6::text[]) AS u (folder_id, uidvalidity, uid, flags)
                 WHERE p.organization_id = $1 AND p.account_id = $2 AND p.folder_id = u.folder_id
                   AND p.uidvalidity = u.uidvalidity AND p.uid = u.uid AND p.agreed_flags IS NULL
                """,
                account.organizationID, account.accountID, changes.map(\.folder.uuid),
                changes.map { Int64($0.uidValidity.rawValue) }, changes.map { Int64($0.uid.rawValue) },
                changes.map { FlagList.text($0.flags) }
            )
        ]
    }

    func skipStatement(_ skip: Checkpoint.Skip) -> Statement {
        Statement(
            """
            INSERT INTO folder_skips (organization_id, account_id, folder_id, uidvalidity, reason, uids)
            VALUES ($1, $2, $3, $4, $5, $6::text::int8multirange)
            ON CONFLICT (organization_id, account_id, folder_id, uidvalidity, reason)
            DO UPDATE SET uids = CASE WHEN $7 THEN excluded.uids ELSE folder_skips.uids + excluded.uids END
            """,
            account.organizationID, account.accountID, skip.folder, Int64(skip.uidValidity.rawValue),
            skip.reason.rawValue, skip.uids.multirange, skip.replaces
        )
    }

    func cursorStatement(_ cursor: FolderCursor, of folder: FolderID) -> Statement {
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

    /// Drops what an earlier UIDVALIDITY said of a folder, once the present one is complete. Messages stay: only where
    /// they lay is forgotten.
    func settleStatements(_ validity: UIDValidity, of folder: FolderID) -> [Statement] {
        ["message_placements", "folder_skips"].map { table in
            Statement(
                """
                DELETE FROM \(table)
                 WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity <> $4
                """,
                account.organizationID, account.accountID, folder, Int64(validity.rawValue)
            )
        }
    }

    func progressStatement(_ progress: SyncProgress) -> Statement {
        Statement(
            """
            UPDATE account_progress
               SET threads_found = $3, threads_done = $4, messages_found = $5, messages_done = $6, bytes_found = $7,
                   bytes_done = $8, began_at = $9, updated_at = now()
             WHERE organization_id = $1 AND account_id = $2
            """,
            account.organizationID, account.accountID, Int64(progress.threadsFound), Int64(progress.threadsDone),
            Int64(progress.messagesFound), Int64(progress.messagesDone), Int64(progress.bytesFound),
            Int64(progress.bytesDone), progress.beganAt?.timestamp
        )
    }

    /// The visit's result. A state that a person or the plan has set meanwhile stays.
    func completionStatements(_ completion: Checkpoint.Completion) -> [Statement] {
        [
            Statement(
                EventQueries.telling(
                    """
                    UPDATE accounts SET last_synced_at = $3, error_code = NULL, error_text = NULL,
                           state = CASE WHEN state IN ('initial_sync', 'live', 'unreachable')
                                        THEN CASE WHEN $4 OR first_sync_completed_at IS NOT NULL THEN 'live' ELSE 'initial_sync' END
                                        ELSE state END,
                           first_sync_completed_at = CASE WHEN $4 THEN coalesce(first_sync_completed_at, $3)
                                                          ELSE first_sync_completed_at END
                     WHERE organization_id = $1 AND id = $2 RETURNING state
                    """),
                account.organizationID, account.accountID, completion.finishedAt.timestamp,
                completion.completesFirstSync
            ),
            Statement(
                """
                UPDATE account_dispatch
                   SET next_due_at = \(Store.unlessAskedMeanwhile("$3")), dispatched_until = NULL, failures = 0,
                       visited_at = now()
                 WHERE organization_id = $1 AND account_id = $2
                """,
                account.organizationID, account.accountID, completion.nextDueAt.timestamp
            ),
        ]
    }
}

extension UIDSet {
    /// PostgreSQL's text of an int8multirange, upper bounds excluded.
    var multirange: String {
        "{" + ranges.map { "[\($0.lowerBound),\(UInt64($0.upperBound) + 1))" }.joined(separator: ",") + "}"
    }
}
