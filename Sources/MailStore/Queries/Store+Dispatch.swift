package import MailModel
import Postgres

extension Store {
    /// Marks up to `limit` due accounts as dispatched until a moment and returns them, longest due first taken.
    ///
    /// The mark is a compare-and-set: of several schedulers each due account goes to one. Rows that another one is
    /// marking just now are passed over. Its cost depends on `limit` alone, neither on the accounts that aren't due nor
    /// on those that wait in the queue already.
    ///
    /// An account whose home is a live listener is that listener's first (``dueAtHome(_:limit:holdSeconds:)``): it is
    /// dispatched when it is late by a second, and not while its home visits it.
    ///
    /// - Parameters:
    ///   - epoch: the queue's epoch; an account dispatched under an older one is due again at once, since its job may
    ///     be gone.
    ///   - seconds: how long the mark holds if nothing is heard of the job.
    package func dispatchDue(limit: Int, epoch: Int64, holdSeconds seconds: Int) async throws(StoreError)
        -> DispatchBatch
    {
        // Said so that the planner, which takes a limit that it doesn't know for a tenth of the table, never reads the
        // whole: each look is ordered as its index is, and what it found comes to the update as arrays.
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    WITH lost AS MATERIALIZED (
                        SELECT organization_id, account_id, NULL::float8 AS waited FROM account_dispatch
                         WHERE dispatched_until IS NOT NULL AND dispatched_epoch < $2 AND next_due_at <= now()
                           AND (dispatched_epoch > 0 OR dispatched_until <= now() OR home IS NULL
                                OR home <> ALL (ARRAY(SELECT name FROM listeners WHERE held_until > now())))
                         ORDER BY dispatched_epoch, dispatched_until LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
                    ), expired AS MATERIALIZED (
                        SELECT organization_id, account_id, NULL::float8 AS waited FROM account_dispatch
                         WHERE dispatched_until <= now() AND dispatched_epoch = $2 AND next_due_at <= now()
                         ORDER BY dispatched_until LIMIT $1 - (SELECT count(*) FROM lost) FOR NO KEY UPDATE SKIP LOCKED
                    ), waiting AS MATERIALIZED (
                        SELECT organization_id, account_id, extract(epoch FROM now() - next_due_at)::float8 AS waited
                          FROM account_dispatch
                         WHERE dispatched_until IS NULL AND next_due_at <= now() AND runnable
                           AND (home IS NULL OR next_due_at <= now() - interval '1 second'
                                OR home <> ALL (ARRAY(SELECT name FROM listeners WHERE held_until > now())))
                         ORDER BY next_due_at LIMIT $1 - (SELECT count(*) FROM lost) - (SELECT count(*) FROM expired)
                           FOR NO KEY UPDATE SKIP LOCKED
                    ), due AS MATERIALIZED (TABLE lost UNION ALL TABLE expired UNION ALL TABLE waiting)
                    UPDATE account_dispatch d
                       SET dispatched_until = now() + make_interval(secs => $3), dispatched_epoch = $2,
                           dispatched_at = now()
                      FROM unnest(ARRAY(SELECT organization_id FROM due), ARRAY(SELECT account_id FROM due),
                                  ARRAY(SELECT waited FROM due)) AS due (organization_id, account_id, waited)
                     WHERE d.organization_id = due.organization_id AND d.account_id = due.account_id
                    RETURNING d.organization_id, d.account_id, due.waited, d.host_gate
                    """, Int64(limit), epoch, Double(seconds)
                ))
            return DispatchBatch(
                due: try rows.map { row in
                    DueAccount(
                        key: AccountKey(organizationID: try row.get(0), accountID: try row.get(1)),
                        hostGate: try row.getOptional(3))
                },
                lagSeconds: try rows.compactMap { try $0.getOptional(2, as: Double.self) }.max() ?? 0)
        }
    }

    /// Accounts that were dispatched within the last seconds under an epoch and are still held: a new leader enqueues
    /// them again, since the one before may have died between its mark and its enqueue.
    ///
    /// - Parameter limit: accounts a page.
    package func recentDispatches(
        withinSeconds seconds: Double, epoch: Int64, after cursor: DispatchPage.Cursor? = nil, limit: Int
    ) async throws(StoreError) -> DispatchPage {
        try await dispatches("dispatched_at > now()", seconds, epoch: epoch, after: cursor, limit: limit)
    }

    /// Accounts that were dispatched longer than some seconds ago under the current epoch and are still held: whichever
    /// of them the queue doesn't know has lost its job.
    ///
    /// - Parameter limit: accounts a page.
    package func orphanedDispatches(
        olderThanSeconds seconds: Double, epoch: Int64, after cursor: DispatchPage.Cursor? = nil, limit: Int
    ) async throws(StoreError) -> DispatchPage {
        try await dispatches("dispatched_at <= now()", seconds, epoch: epoch, after: cursor, limit: limit)
    }

    /// - Parameter condition: compares `dispatched_at` with now, from which the seconds are taken.
    private func dispatches(
        _ condition: String, _ seconds: Double, epoch: Int64, after cursor: DispatchPage.Cursor?, limit: Int
    ) async throws(StoreError) -> DispatchPage {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT organization_id, account_id, dispatched_until, host_gate FROM account_dispatch
                     WHERE dispatched_epoch = $1 AND dispatched_until > now()
                       AND \(condition) - make_interval(secs => $2)
                       AND ($3::timestamptz IS NULL OR (dispatched_until, account_id) > ($3, $4::uuid))
                       AND dispatched_until >= coalesce($3, '-infinity')
                     ORDER BY dispatched_until, account_id LIMIT $5
                    """, epoch, seconds, cursor?.dispatchedUntil, cursor?.account, Int64(limit)
                ))
            let due = try rows.map { row in
                DueAccount(
                    key: AccountKey(organizationID: try row.get(0), accountID: try row.get(1)),
                    hostGate: try row.getOptional(3))
            }
            guard rows.count == limit, limit > 0 else { return DispatchPage(due: due, next: nil) }
            return DispatchPage(
                due: due,
                next: .init(dispatchedUntil: try rows[limit - 1].get(2), account: try rows[limit - 1].get(1)))
        }
    }

    /// Makes an account due now.
    ///
    /// - Throws: `refused` where its state doesn't let it run, saying what would.
    package func syncNow(_ id: AccountID) async throws(StoreError) {
        let account = try await account(id)
        if let refusal = Self.refusalToRun(account) { throw refusal }
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

    private static func refusalToRun(_ account: Account) -> StoreError? {
        let id = account.id
        return switch account.state {
        case .initialSync, .live, .unreachable: nil
        case .connected:
            .refused(code: "not_started", text: "the account isn't started; run: postrider account start \(id)")
        case .paused:
            .refused(code: "account_paused", text: "the account is paused; run: postrider account resume \(id)")
        case .suspended:
            .refused(
                code: "account_suspended", text: "the account is suspended, since its organization's plan has no sync")
        case .needsReauthentication:
            .refused(code: "needs_reauthentication", text: "the account's owner must sign in to it again first")
        case .disconnected: .refused(code: "account_removed", text: "the account was removed")
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
}
