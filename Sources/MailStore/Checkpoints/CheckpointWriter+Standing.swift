import MailModel
import Postgres

extension CheckpointWriter {
    /// Settles the standing of all messages that gained or lost something, and tells what happened: one statement, and
    /// none for the new messages of a first sync, which are what a new row says.
    func standingStatements(_ effects: CheckpointEffects) -> [Statement] {
        if !effects.unsettled.isEmpty || !effects.updated.isEmpty { return [settlingStatement(effects)] }
        let isNothingToTell = effects.created.isEmpty && effects.createdThreads.isEmpty
        return isNothingToTell || effects.isTold == false ? [] : [newsStatement(effects)]
    }

    private func settlingStatement(_ effects: CheckpointEffects) -> Statement {
        let told = """
            SELECT 'thread.created', id FROM unnest($6::uuid[]) AS u (id)
            UNION ALL SELECT 'message.created', id FROM unnest($5::uuid[]) AS u (id)
            UNION ALL SELECT 'message.updated', id
              FROM (SELECT id FROM unnest($4::uuid[]) AS u (id) UNION SELECT id FROM changed) AS updated
             WHERE id <> ALL ($5::uuid[])
            """
        return Statement(
            """
            \(StandingQueries.settling("SELECT id FROM unnest($3::uuid[]) AS u (id)"))
            \(StandingQueries.telling(told))
            """,
            account.organizationID, account.accountID, effects.unsettled.map(\.uuid), effects.updated.map(\.uuid),
            effects.created.map(\.uuid), effects.createdThreads.map(\.uuid))
    }

    private func newsStatement(_ effects: CheckpointEffects) -> Statement {
        let told = """
            SELECT 'thread.created', id FROM unnest($4::uuid[]) AS u (id)
            UNION ALL SELECT 'message.created', id FROM unnest($3::uuid[]) AS u (id)
            """
        return Statement(
            StandingQueries.telling(told), account.organizationID, account.accountID, effects.created.map(\.uuid),
            effects.createdThreads.map(\.uuid))
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
