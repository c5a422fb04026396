import MailModel
import Postgres
import Threading

extension CheckpointWriter {
    func copyThreads(_ plan: CheckpointPlan) throws {
        guard !plan.createdThreads.isEmpty else { return }
        var copy = CopyBuffer(
            table: "threads",
            columns: [
                "organization_id", "account_id", "id", "subject", "base_subject", "message_count", "oldest_at",
                "newest_at",
            ])
        for thread in plan.createdThreads {
            copy.row { row in
                row.append(account.organizationID)
                row.append(account.accountID)
                row.append(thread.id)
                row.append(thread.subject)
                row.append(thread.subject.map { BaseSubject.parse($0).base })
                row.append(Int32(thread.messageCount))
                row.append(thread.oldest.timestamp)
                row.append(thread.newest.timestamp)
            }
        }
        _ = try session.copyIn(copy)
    }

    /// By upsert: a link that was only referred to becomes seen, and one whose thread is gone finds its new one.
    func writeLinks(_ plan: CheckpointPlan) throws {
        guard !plan.assignment.links.isEmpty else { return }
        _ = try session.execute(
            Statement(
                """
                INSERT INTO message_references (organization_id, account_id, kind, value, thread_id, seen)
                SELECT $1, $2, u.kind, u.value, u.thread_id, u.seen
                  FROM unnest($3::int2[], $4::text[], $5::uuid[], $6::bool[]) AS u (kind, value, thread_id, seen)
                ON CONFLICT (organization_id, account_id, kind, value) DO UPDATE
                   SET thread_id = excluded.thread_id, seen = message_references.seen OR excluded.seen
                 WHERE message_references.thread_id <> excluded.thread_id OR excluded.seen > message_references.seen
                """,
                account.organizationID, account.accountID, plan.assignment.links.map(\.key.kind),
                plan.assignment.links.map(\.key.value),
                plan.assignment.links.map(\.thread.uuid), plan.assignment.links.map(\.seen)
            ))
    }

    /// Moves all of a joined thread into the one that stays. A thread is as private as the most private of the two.
    func joinThreads(_ merges: [(from: ThreadID, into: ThreadID)]) throws {
        for merge in merges {
            _ = try session.pipeline(
                [
                    """
                    UPDATE threads t SET visibility = 'private'
                      FROM threads f
                     WHERE t.organization_id = $1 AND t.account_id = $2 AND t.id = $4
                       AND f.organization_id = $1 AND f.account_id = $2 AND f.id = $3 AND f.visibility = 'private'
                       AND t.visibility <> 'private'
                    """,
                    "UPDATE messages SET thread_id = $4 WHERE organization_id = $1 AND account_id = $2 AND thread_id = $3",
                    "UPDATE thread_aliases SET thread_id = $4 WHERE organization_id = $1 AND account_id = $2 AND thread_id = $3",
                    """
                    INSERT INTO thread_aliases (organization_id, account_id, alias_id, thread_id)
                    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
                    """,
                    "DELETE FROM threads WHERE organization_id = $1 AND account_id = $2 AND id = $3 AND $4::uuid IS NOT NULL",
                ].map { Statement($0, account.organizationID, account.accountID, merge.from, merge.into) })
        }
    }

    /// Counts, dates and subject of threads that existed before.
    func refreshThreads(_ threads: [ThreadID]) throws {
        guard !threads.isEmpty else { return }
        _ = try session.execute(ThreadQueries.refresh(threads, of: account))
    }
}
