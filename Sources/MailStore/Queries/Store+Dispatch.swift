package import MailModel
import Postgres

extension Store {
    /// Marks up to `limit` due accounts as dispatched until a moment and returns them, longest due first.
    ///
    /// The mark is a compare-and-set: of several schedulers each due account goes to one. Rows that another one is
    /// marking just now are passed over.
    ///
    /// - Parameters:
    ///   - epoch: the queue's epoch; an account dispatched under an older one is due again at once, since its job may
    ///     be gone.
    ///   - seconds: how long the mark holds if nothing is heard of the job.
    package func dispatchDue(limit: Int, epoch: Int64, holdSeconds seconds: Int) async throws(StoreError)
        -> [AccountKey]
    {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    UPDATE account_dispatch d
                       SET dispatched_until = now() + make_interval(secs => $3), dispatched_epoch = $2
                      FROM (SELECT organization_id, account_id FROM account_dispatch
                             WHERE next_due_at <= now()
                               AND (dispatched_until IS NULL OR dispatched_until <= now() OR dispatched_epoch < $2)
                             ORDER BY next_due_at LIMIT $1 FOR UPDATE SKIP LOCKED) due
                     WHERE d.organization_id = due.organization_id AND d.account_id = due.account_id
                    RETURNING d.organization_id, d.account_id
                    """, Int64(limit), epoch, Double(seconds)
                )
            ).map { AccountKey(organizationID: try $0.get(0), accountID: try $0.get(1)) }
        }
    }

    /// Takes the account's lane: from now on a commit under any older lease fails.
    ///
    /// - Throws: `notFound` where the account is gone.
    package func takeLease(of key: AccountKey, lane: LaneLease.Lane) async throws(StoreError) -> LaneLease {
        let column =
            switch lane {
            case .read: "read_token"
            case .write: "write_token"
            }
        return try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    UPDATE account_dispatch SET \(column) = \(column) + 1
                     WHERE organization_id = $1 AND account_id = $2 RETURNING \(column)
                    """, key.organizationID, key.accountID
                ))
            guard let row = rows.first else {
                throw StoreError.notFound(kind: "account", id: key.accountID.description)
            }
            let lease = LaneLease(account: key, lane: lane, token: try row.get(0))
            // Only once the token is committed are all other holders stale.
            _ = try session.query(
                Statement(
                    "SELECT evict_lane($1, $2, $3, $4)", key.organizationID, key.accountID, lane.rawValue, lease.token))
            return lease
        }
    }

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

    /// Records that a visit failed, under its lease. Nothing that was committed before is touched.
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

    /// Makes an account due now, if it may run at all.
    package func syncNow(_ id: AccountID) async throws(StoreError) {
        let account = try await account(id)
        guard account.startedAt != nil else {
            throw .refused(code: "not_started", text: "the account isn't started; run: postrider account start \(id)")
        }
        _ = try await withSession { session in
            try session.execute(
                Statement(
                    """
                    UPDATE account_dispatch SET next_due_at = now(), dispatched_until = NULL
                     WHERE organization_id = $1 AND account_id = $2
                    """, account.organizationID, account.id
                ))
        }
    }

    /// The next epoch of the queue: every number is given once.
    package func nextQueueEpoch() async throws(StoreError) -> Int64 {
        try await withSession { try $0.query(Statement("SELECT nextval('queue_epoch')"))[0].get(0, as: Int64.self) }
    }

    /// Makes the partitions of the coming months; returns how many were missing.
    package func ensurePartitions(monthsAhead: Int) async throws(StoreError) -> Int {
        try await withSession {
            Int(try $0.query(Statement("SELECT ensure_partitions($1)", Int32(monthsAhead)))[0].get(0, as: Int32.self))
        }
    }

    /// Analyses mail tables that have grown far beyond their statistics; cheap where none has. Returns how many had.
    package func analyzeGrownTables() async throws(StoreError) -> Int {
        try await withSession { Int(try $0.query(Statement("SELECT analyze_grown()"))[0].get(0, as: Int32.self)) }
    }

    /// When an account is due after a visit: at `moment`, unless someone asked for it while the visit ran. Asking takes
    /// the dispatch mark away, which a visit's own dispatch has set.
    static func unlessAskedMeanwhile(_ moment: String) -> String {
        "CASE WHEN dispatched_until IS NULL AND next_due_at <= now() THEN next_due_at ELSE \(moment) END"
    }

    /// Marks a transaction as a holder of its lane, so that a successor can find its backend and end it. A holder may
    /// have two transactions at once, hence shared; what keeps writers apart is the fence.
    static func markHolder(of lease: LaneLease) -> Statement {
        Statement(
            "SELECT pg_advisory_xact_lock_shared(lane_lock($1, $2, $3))", lease.account.organizationID,
            lease.account.accountID, lease.lane.rawValue)
    }

    /// A transaction that begins with the lane's lock, by which its backend can be found and ended, and whose last
    /// statement, in one pipeline with COMMIT, is the fence of the lease.
    func transaction<T: Sendable>(
        fence lease: LaneLease, _ body: @Sendable @escaping (PostgresSession) throws -> T
    ) async throws(StoreError) -> T {
        let fence = Statement(
            "SELECT fence_lane($1, $2, $3, $4)", lease.account.organizationID, lease.account.accountID,
            lease.lane.rawValue, lease.token
        )
        return try await withSession { session in
            try session.transaction(fence: [fence]) { session in
                _ = try session.query(Self.markHolder(of: lease))
                return try body(session)
            }
        }
    }
}
