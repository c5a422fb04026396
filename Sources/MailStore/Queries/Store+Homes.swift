import Entitlements
import MailModel
import Postgres

extension Store {
    /// A page of the accounts that have push: live or out of reach, their first sync complete, of organizations whose
    /// plan allows it. Ordered by key.
    ///
    /// - Parameter key: the last of the page before.
    package func pushAccounts(after key: AccountKey? = nil, limit: Int) async throws(StoreError) -> [PushAccount] {
        let plans = Plan.allCases.filter { Entitlements.refusalOfPush(plan: $0) == nil }.map(\.rawValue)
        return try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT d.organization_id, d.account_id, a.state, d.home, d.host_gate
                      FROM account_dispatch d
                      JOIN accounts a ON a.organization_id = d.organization_id AND a.id = d.account_id
                      JOIN organizations o ON o.id = d.organization_id
                     WHERE ($1::uuid IS NULL OR (d.organization_id, d.account_id) > ($1, $2))
                       AND d.runnable AND a.first_sync_completed_at IS NOT NULL AND o.plan = ANY ($3::text[])
                     ORDER BY d.organization_id, d.account_id LIMIT $4
                    """, key?.organizationID, key?.accountID, plans, Int64(limit)
                )
            ).map { row in
                PushAccount(
                    key: AccountKey(organizationID: try row.get(0), accountID: try row.get(1)), state: try row.known(2),
                    home: try row.getOptional(3), hostGate: try row.getOptional(4))
            }
        }
    }

    /// Makes a listener the home of accounts, whoever was it before. What the one before was visiting is due at once: it
    /// may be dead, and its mark would keep everybody away.
    ///
    /// - Returns: how many it wasn't the home of already.
    package func takeHome(_ keys: [AccountKey], name: String) async throws(StoreError) -> Int {
        try await move(keys, to: name, where: "home IS DISTINCT FROM $3", name: name)
    }

    /// Leaves accounts without a home, as far as a listener is theirs: the account has push no more, or the listener ends.
    package func leaveHome(_ keys: [AccountKey], name: String) async throws(StoreError) -> Int {
        try await move(keys, to: nil, where: "home = $3", name: name)
    }

    private func move(
        _ keys: [AccountKey], to home: String?, where condition: String, name: String
    ) async throws(StoreError) -> Int {
        guard !keys.isEmpty else { return 0 }
        let isHomes = "d.dispatched_until IS NOT NULL AND d.dispatched_epoch = 0"
        return try await withSession { session in
            try session.execute(
                Statement(
                    """
                    WITH locked AS MATERIALIZED (
                        SELECT organization_id, account_id FROM account_dispatch
                         WHERE (organization_id, account_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND \(condition)
                         ORDER BY organization_id, account_id FOR NO KEY UPDATE
                    )
                    UPDATE account_dispatch d
                       SET home = $4, next_due_at = CASE WHEN \(isHomes) THEN now() ELSE d.next_due_at END,
                           dispatched_until = CASE WHEN \(isHomes) THEN NULL ELSE d.dispatched_until END
                      FROM locked l
                     WHERE d.organization_id = l.organization_id AND d.account_id = l.account_id
                    """, keys.map(\.organizationID.uuid), keys.map(\.accountID.uuid), name, home))
        }
    }

    /// Marks up to `limit` due accounts of a home as visited by it, and returns them, longest due first.
    ///
    /// The mark is the dispatch's, under epoch 0, and keeps the scheduler from asking workers for them while the listener
    /// lives and the hold lasts. Any completion or failure of a visit takes it away.
    ///
    /// - Parameter holdSeconds: how long the mark holds if the listener lives and forgets the account.
    package func dueAtHome(_ name: String, limit: Int, holdSeconds: Double) async throws(StoreError) -> [AccountKey] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    WITH due AS MATERIALIZED (
                        SELECT organization_id, account_id FROM account_dispatch
                         WHERE home = $1 AND dispatched_until IS NULL AND next_due_at <= now() AND runnable
                         ORDER BY next_due_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
                    )
                    UPDATE account_dispatch d
                       SET dispatched_until = now() + make_interval(secs => $3), dispatched_epoch = 0, dispatched_at = now()
                      FROM unnest(ARRAY(SELECT organization_id FROM due), ARRAY(SELECT account_id FROM due))
                        AS due (organization_id, account_id)
                     WHERE d.organization_id = due.organization_id AND d.account_id = due.account_id
                    RETURNING d.organization_id, d.account_id
                    """, name, Int64(limit), holdSeconds
                )
            ).map { AccountKey(organizationID: try $0.get(0), accountID: try $0.get(1)) }
        }
    }

    /// Marks accounts of a home as visited by it though they aren't due, since the server has news of them.
    ///
    /// - Returns: those that it may visit. The others are being visited, here or by a worker, or may not run; their news
    ///   wait.
    package func claimAtHome(
        _ keys: [AccountKey], name: String, holdSeconds: Double
    ) async throws(StoreError) -> [AccountKey] {
        guard !keys.isEmpty else { return [] }
        return try await withSession { session in
            try session.query(
                Statement(
                    """
                    WITH free AS MATERIALIZED (
                        SELECT organization_id, account_id FROM account_dispatch
                         WHERE (organization_id, account_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
                           AND home = $3 AND runnable AND (dispatched_until IS NULL OR dispatched_until <= now())
                         ORDER BY organization_id, account_id FOR NO KEY UPDATE SKIP LOCKED
                    )
                    UPDATE account_dispatch d
                       SET dispatched_until = now() + make_interval(secs => $4), dispatched_epoch = 0, dispatched_at = now(),
                           next_due_at = coalesce(d.next_due_at, now())
                      FROM free f
                     WHERE d.organization_id = f.organization_id AND d.account_id = f.account_id
                    RETURNING d.organization_id, d.account_id
                    """, keys.map(\.organizationID.uuid), keys.map(\.accountID.uuid), name, holdSeconds
                )
            ).map { AccountKey(organizationID: try $0.get(0), accountID: try $0.get(1)) }
        }
    }
}
