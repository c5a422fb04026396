import MailModel
import Postgres

extension CheckpointWriter {
    /// Settles the standing of all messages that gained or lost something, and tells what happened: one statement.
    func standingStatements(_ effects: CheckpointEffects) -> [Statement] {
        let nothing =
            effects.created.isEmpty && effects.createdThreads.isEmpty && effects.updated.isEmpty
            && effects.unsettled.isEmpty
        if nothing { return [] }
        return [
            Statement(
                """
                \(StandingQueries.settling("SELECT id FROM unnest($3::uuid[]) AS u (id)"))
                \(StandingQueries.telling("""
                    SELECT 'thread.created', id FROM unnest($6::uuid[]) AS u (id)
                    UNION ALL SELECT 'message.created', id FROM unnest($5::uuid[]) AS u (id)
                    UNION ALL SELECT 'message.updated', id
                      FROM (SELECT id FROM unnest($4::uuid[]) AS u (id) UNION SELECT id FROM changed) AS updated
                     WHERE id <> ALL ($5::uuid[])
                    """))
                """,
                account.organizationID, account.accountID, effects.unsettled.map(\.uuid), effects.updated.map(\.uuid),
                effects.created.map(\.uuid), effects.createdThreads.map(\.uuid))
        ]
    }

    /// Deletes orphans that were sought in vain. Runs after the standing was settled: one that was placed again isn't
    /// absent any more.
    func deletionStatement(_ orphans: [MessageID]) -> Statement {
        Statement(
            """
            WITH gone AS (
                UPDATE message_absences SET deleted_at = now()
                 WHERE organization_id = $1 AND account_id = $2 AND message_id = ANY ($3::uuid[]) AND deleted_at IS NULL
                RETURNING message_id
            ), deleted AS (
                UPDATE messages m SET deleted_at = now() FROM gone g
                 WHERE m.organization_id = $1 AND m.account_id = $2 AND m.id = g.message_id
            )
            \(StandingQueries.telling("SELECT 'message.deleted', message_id FROM gone"))
            """,
            account.organizationID, account.accountID, orphans.map(\.uuid))
    }
}
