import MailModel
import Postgres

extension Store {
    /// Actions that are pending or running, for a rebuild of the queue.
    ///
    /// - Parameter cursor: of the last one of the page before.
    package func pendingActions(
        after cursor: PendingAction.Cursor? = nil, limit: Int
    ) async throws(StoreError) -> [PendingAction] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT a.organization_id, a.account_id, a.id, a.kind, a.state = 'running', a.not_before, a.created_at,
                           (SELECT d.host_gate FROM account_dispatch d
                             WHERE d.organization_id = a.organization_id AND d.account_id = a.account_id)
                      FROM actions a
                     WHERE a.state IN ('pending', 'running')
                       AND ($1::uuid IS NULL OR (a.organization_id, a.account_id, a.created_at, a.id) > ($1, $2, $3, $4))
                     ORDER BY a.organization_id, a.account_id, a.created_at, a.id LIMIT $5
                    """, cursor?.account.organizationID, cursor?.account.accountID, cursor?.createdAt, cursor?.id,
                    Int64(limit)
                )
            ).map { row in
                let account = AccountKey(organizationID: try row.get(0), accountID: try row.get(1))
                return PendingAction(
                    account: account, id: try row.get(2), kind: try row.get(3), isRunning: try row.get(4),
                    notBefore: try row.optionalMoment(5), hostGate: try row.getOptional(7),
                    cursor: .init(account: account, createdAt: try row.get(6), id: try row.get(2)))
            }
        }
    }

    /// How many accounts are in each state and how fresh they are. Reads every account: for a view or a metric that is
    /// made every some seconds at most.
    package func accountsByState() async throws(StoreError) -> [AccountStateCount] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT state, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY age),
                           percentile_disc(0.99) WITHIN GROUP (ORDER BY age), max(age),
                           count(*) FILTER (WHERE age > 2 * interval_seconds)
                      FROM (SELECT a.state, a.interval_seconds,
                                   extract(epoch FROM now() - greatest(a.last_synced_at, d.visited_at))::float8 AS age
                              FROM accounts a
                              LEFT JOIN account_dispatch d ON d.organization_id = a.organization_id AND d.account_id = a.id)
                           AS accounts
                     GROUP BY state ORDER BY state
                    """
                )
            ).map { row in
                AccountStateCount(
                    state: try row.known(0), count: try row.get(1), stale: try row.get(5),
                    freshness: row.isNull(2)
                        ? nil : .init(median: try row.get(2), p99: try row.get(3), worst: try row.get(4)))
            }
        }
    }
}
