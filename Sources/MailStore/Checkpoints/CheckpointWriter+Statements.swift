import MailModel
import Postgres

extension CheckpointWriter {
    /// What is placed is skipped no longer: an old message that was passed over, and is pulled with its thread after all.
    func unskipStatements(_ checkpoint: Checkpoint) -> [Statement] {
        var placed: [FolderGeneration: UIDSet] = [:]
        for message in checkpoint.messages {
            placed[FolderGeneration(message.folder, message.uidValidity), default: UIDSet()].insert(message.uid)
        }
        for replacement in checkpoint.replacements {
            placed[FolderGeneration(replacement.folder, replacement.uidValidity), default: UIDSet()]
                .insert(replacement.uid)
        }
        return placed.sorted { $0.key.folder < $1.key.folder }.map { generation, uids in
            Statement(
                """
                UPDATE folder_skips SET uids = uids - $5::text::int8multirange
                 WHERE organization_id = $1 AND account_id = $2 AND folder_id = $3 AND uidvalidity = $4
                   AND uids && $5::text::int8multirange
                """, account.organizationID, account.accountID, generation.folder,
                Int64(generation.uidValidity.rawValue), uids.multirange)
        }
    }

    private struct FolderGeneration: Hashable {
        let folder: FolderID
        let uidValidity: UIDValidity

        init(_ folder: FolderID, _ uidValidity: UIDValidity) {
            self.folder = folder
            self.uidValidity = uidValidity
        }
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
                   SET next_due_at = \(Store.unlessAskedMeanwhile("$3")), dispatched_until = NULL, failures = 0
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
