import CallSharing
package import MailModel
import Postgres

extension Store {
    /// How a visit that failed leaves its account.
    package struct VisitFailure: Sendable, Hashable {
        /// The state that tells the truth now; `nil` keeps the state.
        package let state: AccountState?
        package let problem: AccountProblem
        /// When it is due again, in seconds from now; `nil` until a person has acted.
        package let retryAfterSeconds: Double?

        package init(state: AccountState?, problem: AccountProblem, retryAfterSeconds: Double?) {
            self.state = state
            self.problem = problem
            self.retryAfterSeconds = retryAfterSeconds
        }
    }

    /// Records that a visit failed, under its lease. Nothing that was committed before is touched, nor anything of an
    /// account that was paused, suspended or removed meanwhile.
    package func fail(_ lease: LaneLease, with failure: VisitFailure) async throws(StoreError) {
        let key = lease.account
        try await transaction(fence: lease) { session in
            _ = try session.pipeline([
                Statement(
                    EventQueries.telling(
                        """
                        UPDATE accounts SET error_code = $3, error_text = $4, state = coalesce($5, state)
                         WHERE organization_id = $1 AND id = $2
                           AND state NOT IN ('paused', 'suspended', 'disconnected')
                        RETURNING state
                        """),
                    key.organizationID, key.accountID, failure.problem.code, failure.problem.text,
                    failure.state?.rawValue
                ),
                Statement(
                    """
                    UPDATE account_dispatch
                       SET next_due_at = CASE WHEN $3::float8 IS NOT NULL
                                              THEN \(Self.unlessAskedMeanwhile("now() + make_interval(secs => $3)")) END,
                           dispatched_until = NULL, failures = failures + 1
                     WHERE organization_id = $1 AND account_id = $2
                       AND NOT EXISTS (SELECT FROM accounts
                                        WHERE organization_id = $1 AND id = $2
                                          AND state IN ('paused', 'suspended', 'disconnected'))
                    """, key.organizationID, key.accountID, failure.retryAfterSeconds
                ),
            ])
        }
    }

    /// How many visits have failed in a row.
    package func failures(of key: AccountKey) async throws(StoreError) -> Int {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    "SELECT failures FROM account_dispatch WHERE organization_id = $1 AND account_id = $2",
                    key.organizationID, key.accountID
                ))
            return try rows.first.map { Int(try $0.get(0, as: Int32.self)) } ?? 0
        }
    }

    /// Completes a visit that found no change, in one transaction with whoever else completes one just then.
    ///
    /// - Throws: `leaseLost` where a successor has the lane or the job was cancelled; nothing was written then.
    package func completeQuietVisit(_ visit: QuietVisit) async throws(StoreError) {
        let accepted = try await quietVisits.perform([visit]) { visits throws(StoreError) in
            let refused = Set(
                try await Self.unshaken { () throws(StoreError) in try await self.completeQuietVisits(visits) })
            return visits.map { !refused.contains($0.lease) }
        }
        if !accepted[0] { throw .leaseLost }
    }

    /// Completes many visits that found no change, in one transaction. Each is fenced by its own token.
    ///
    /// Only `account_dispatch` is written, which is narrow; `accounts` as well for those whose visit before had failed,
    /// which are as they were before that again.
    ///
    /// - Returns: the leases that were refused, since a successor has the lane or the job was cancelled.
    package func completeQuietVisits(_ visits: [QuietVisit]) async throws(StoreError) -> [LaneLease] {
        guard !visits.isEmpty else { return [] }
        let organizations = visits.map(\.lease.account.organizationID.uuid)
        let accounts = visits.map(\.lease.account.accountID.uuid)
        let completed = try await withSession { session in
            // All rows are locked in the order of the keys, and rows of accounts before those of account_dispatch, as
            // every other writer locks them, so that no two wait for each other.
            let rows = try session.pipeline([
                Statement(
                    """
                    SELECT FROM accounts a
                     WHERE (a.organization_id, a.id) IN (
                           SELECT d.organization_id, d.account_id
                             FROM unnest($1::uuid[], $2::uuid[]) AS v (organization_id, account_id)
                             JOIN account_dispatch d USING (organization_id, account_id) WHERE d.failures > 0)
                     ORDER BY a.organization_id, a.id FOR NO KEY UPDATE
                    """, organizations, accounts
                ),
                Statement(
                    """
                    WITH visits AS MATERIALIZED (
                        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int8[], $4::float8[])
                            AS v (organization_id, account_id, token, seconds)
                    ), locked AS MATERIALIZED (
                        SELECT organization_id, account_id, v.token, v.seconds, d.failures
                          FROM visits v JOIN account_dispatch d USING (organization_id, account_id)
                         WHERE d.read_token = v.token AND d.cancelled_read_token < v.token
                         ORDER BY organization_id, account_id FOR NO KEY UPDATE OF d
                    ), completed AS (
                        UPDATE account_dispatch d
                           SET next_due_at = \(Self.unlessAskedMeanwhile("next_visit(d.account_id, l.seconds)")),
                               dispatched_until = NULL, failures = 0, visited_at = now()
                          FROM locked l
                         WHERE d.organization_id = l.organization_id AND d.account_id = l.account_id
                           AND d.read_token = l.token AND d.cancelled_read_token < l.token
                        RETURNING d.organization_id, d.account_id, l.failures
                    ), earlier AS MATERIALIZED (
                        SELECT a.organization_id, a.id, a.state,
                               CASE WHEN a.first_sync_completed_at IS NULL THEN 'initial_sync' ELSE 'live' END AS mended
                          FROM accounts a JOIN completed c ON c.organization_id = a.organization_id AND c.account_id = a.id
                         WHERE c.failures > 0 AND is_runnable(a.state)
                    ), mended AS (
                        UPDATE accounts a SET error_code = NULL, error_text = NULL, state = e.mended FROM earlier e
                         WHERE a.organization_id = e.organization_id AND a.id = e.id
                    ), told AS (
                        INSERT INTO events (organization_id, account_id, kind, subject_id, detail)
                        SELECT organization_id, id, 'account.state_changed', id, jsonb_build_object('state', mended)
                          FROM earlier WHERE state <> mended
                    )
                    SELECT organization_id, account_id FROM completed
                    """, organizations, accounts, visits.map(\.lease.token), visits.map(\.intervalSeconds)
                ),
            ])
            return Set(try rows[1].map { AccountKey(organizationID: try $0.get(0), accountID: try $0.get(1)) })
        }
        return visits.map(\.lease).filter { !completed.contains($0.account) }
    }

    /// When an account is due after a visit: at `moment`, unless someone asked for it while the visit ran. Asking takes
    /// the dispatch mark away, which a visit's own dispatch has set. By the clock, since the transaction may be older than the wish.
    static func unlessAskedMeanwhile(_ moment: String) -> String {
        "CASE WHEN dispatched_until IS NULL AND next_due_at <= clock_timestamp() THEN next_due_at ELSE \(moment) END"
    }
}
