package import MailModel
import Postgres

extension Store {
    private static let tickColumns = """
        t.schedule_id, t.tick_at, t.decision, t.decided_at, t.finished_at, t.outcome, t.error, t.job_queue, t.job_kind,
        t.job_resource, t.job_organization_id, t.job_gates, t.job_priority, t.job_not_before
        """

    /// Writes ticks with their wake-ups, both or neither: continues a statement whose CTE `decided` has the ticks.
    ///
    /// A tick that stands already is left alone, and not woken again.
    private static let insertTicks = """
        ticked AS (
            INSERT INTO schedule_ticks (schedule_id, tick_at, decision, job_queue, job_kind, job_resource,
                                        job_organization_id, job_gates, job_priority, job_not_before, outbox_id)
            SELECT schedule_id, tick_at, decision, queue, kind, resource, organization_id, gates, priority, not_before,
                   CASE decision WHEN 'fired' THEN nextval('outbox_id_seq') END
              FROM decided ON CONFLICT DO NOTHING
            RETURNING *
        ), woken AS (
            INSERT INTO outbox (id, queue, kind, resource, organization_id, gates, priority, not_before)
            OVERRIDING SYSTEM VALUE
            SELECT outbox_id, job_queue, job_kind, job_resource, job_organization_id, job_gates, job_priority,
                   job_not_before
              FROM ticked WHERE outbox_id IS NOT NULL
        )
        """

    /// Records what was decided about a schedule's ticks, wakes what is fired, and moves the schedule on, in one
    /// statement.
    ///
    /// - Parameters:
    ///   - expected: the next tick that the decisions were made from: a compare-and-set, so that of two schedulers one
    ///     fires a tick.
    ///   - decisions: one a tick.
    ///   - next: the tick after those.
    /// - Returns: whether it was this call; `false` where another scheduler was first, or the schedule was changed,
    ///   paused or removed meanwhile, and nothing was written.
    package func recordTicks(
        of schedule: ScheduleID, expecting expected: EpochSeconds, _ decisions: [TickDecision],
        nextTickAt next: EpochSeconds?
    ) async throws(StoreError) -> Bool {
        var statement = Statement(
            """
            WITH moved AS (
                UPDATE schedules SET next_tick_at = $3, last_tick_at = coalesce($4, last_tick_at)
                 WHERE id = $1 AND next_tick_at = $2 AND paused_at IS NULL RETURNING id
            ), decided AS (
                SELECT moved.id AS schedule_id, d.tick_at, d.decision, d.queue, d.kind, d.resource, d.organization_id,
                       CASE WHEN d.queue IS NOT NULL THEN coalesce(\(WakeUpQueries.gates("d.gates")), '{}') END AS gates,
                       d.priority, d.not_before
                  FROM moved, unnest($5::timestamptz[], $6::text[], \(WakeUpQueries.types(from: 7)))
                    AS d (tick_at, decision, queue, kind, resource, organization_id, gates, priority, not_before)
            ), \(Self.insertTicks)
            SELECT count(*) FROM moved
            """, schedule, expected.timestamp, next?.timestamp, decisions.map(\.tickAt).max()?.timestamp,
            decisions.map(\.tickAt.timestamp), decisions.map(\.decision.rawValue))
        WakeUpQueries.bind(decisions.map(\.wakeUp), to: &statement)
        let record = statement
        return try await withSession { try $0.query(record)[0].get(0, as: Int.self) } == 1
    }

    /// Fires a tick out of turn, for a person, whether the schedule is paused or not.
    ///
    /// - Returns: `false` where the schedule has a tick at that moment already, or is gone.
    package func fireTick(_ key: TickKey, _ wakeUp: WakeUp) async throws(StoreError) -> Bool {
        let statement = Statement(
            """
            WITH decided AS (
                SELECT id AS schedule_id, $2::timestamptz AS tick_at, 'fired' AS decision, $3::text AS queue,
                       $4::text AS kind, $5::text AS resource, $6::uuid AS organization_id, $7::text[] AS gates,
                       $8::int2 AS priority, $9::timestamptz AS not_before
                  FROM schedules WHERE id = $1
            ), \(Self.insertTicks)
            SELECT count(*) FROM ticked
            """, key.schedule, key.tickAt.timestamp, wakeUp.queue, wakeUp.kind, wakeUp.resource, wakeUp.organizationID,
            wakeUp.gates, Int16(clamping: wakeUp.priority), wakeUp.notBefore?.timestamp)
        return try await withSession { try $0.query(statement)[0].get(0, as: Int.self) } == 1
    }

    /// Says how a fired tick's job ended. Where a later tick of the schedule is queued, and no other is running, its job
    /// is woken by the same statement.
    ///
    /// - Returns: whether the tick was open; finishing it again changes nothing.
    package func finishTick(_ key: TickKey, outcome: String, error: String? = nil) async throws(StoreError) -> Bool {
        try await transaction { session in
            // Of two ticks that finish at once, the later one must see the other finished: they take turns.
            _ = try session.query(
                Statement("SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 2))", key.schedule))
            let finished = try session.execute(
                Statement(
                    """
                    UPDATE schedule_ticks SET finished_at = now(), outcome = $3, error = $4
                     WHERE schedule_id = $1 AND tick_at = $2 AND finished_at IS NULL AND decision = 'fired'
                    """, key.schedule, key.tickAt.timestamp, outcome, error
                ))
            _ = try session.execute(
                Statement(
                    """
                    WITH fired AS (
                        UPDATE schedule_ticks SET decision = 'fired', decided_at = now(), outbox_id = nextval('outbox_id_seq')
                         WHERE schedule_id = $1 AND decision = 'queued' AND finished_at IS NULL
                           AND tick_at = (SELECT min(tick_at) FROM schedule_ticks
                                           WHERE schedule_id = $1 AND decision = 'queued' AND finished_at IS NULL)
                           AND NOT EXISTS (SELECT FROM schedule_ticks
                                            WHERE schedule_id = $1 AND decision = 'fired' AND finished_at IS NULL)
                        RETURNING *
                    )
                    INSERT INTO outbox (id, queue, kind, resource, organization_id, gates, priority, not_before)
                    OVERRIDING SYSTEM VALUE
                    SELECT outbox_id, job_queue, job_kind, job_resource, job_organization_id, job_gates, job_priority,
                           job_not_before
                      FROM fired
                    """, key.schedule
                ))
            return finished == 1
        }
    }

    /// A schedule's ticks, newest first.
    ///
    /// - Parameter moment: only those before it, for the next page.
    package func tickHistory(
        of schedule: ScheduleID, before moment: EpochSeconds? = nil, limit: Int
    ) async throws(StoreError) -> [ScheduleTick] {
        try await ticks(
            Statement(
                """
                SELECT \(Self.tickColumns) FROM schedule_ticks t
                 WHERE t.schedule_id = $1 AND t.tick_at < coalesce($2::timestamptz, 'infinity')
                 ORDER BY t.tick_at DESC LIMIT $3
                """, schedule, moment?.timestamp, Int64(limit)))
    }

    /// A tick; `nil` where it was pruned, or went with its schedule.
    package func tick(_ key: TickKey) async throws(StoreError) -> ScheduleTick? {
        try await ticks(
            Statement(
                "SELECT \(Self.tickColumns) FROM schedule_ticks t WHERE t.schedule_id = $1 AND t.tick_at = $2",
                key.schedule, key.tickAt.timestamp)
        ).first
    }

    /// Makes a tick's account due now, unless it was dispatched since the tick was decided: asking again does nothing, so
    /// that a visit that fails is repeated at the account's own pace.
    ///
    /// - Returns: when it was dispatched for the tick, and whether a visit was completed since; `nil` where it still waits
    ///   for its dispatch.
    package func askForVisit(
        _ key: TickKey, of account: AccountKey
    ) async throws(StoreError) -> (dispatchedAt: EpochSeconds, isVisited: Bool)? {
        let rows = try await withSession { session in
            _ = try session.execute(
                Statement(
                    """
                    UPDATE account_dispatch d SET next_due_at = least(d.next_due_at, now()), dispatched_until = NULL
                      FROM schedule_ticks t
                     WHERE d.organization_id = $1 AND d.account_id = $2 AND d.runnable
                       AND t.schedule_id = $3 AND t.tick_at = $4
                       AND (d.dispatched_at IS NULL OR d.dispatched_at < t.decided_at)
                    """, account.organizationID, account.accountID, key.schedule, key.tickAt.timestamp
                ))
            return try session.query(
                Statement(
                    """
                    SELECT d.dispatched_at,
                           coalesce(d.visited_at >= d.dispatched_at, false)
                           -- A visit that changed something tells when it ended in whole seconds.
                           OR d.dispatched_until IS NULL
                              AND coalesce(a.last_synced_at >= date_trunc('second', d.dispatched_at), false)
                      FROM account_dispatch d
                      JOIN accounts a ON a.organization_id = d.organization_id AND a.id = d.account_id,
                           schedule_ticks t
                     WHERE d.organization_id = $1 AND d.account_id = $2 AND t.schedule_id = $3 AND t.tick_at = $4
                       AND d.dispatched_at >= t.decided_at
                    """, account.organizationID, account.accountID, key.schedule, key.tickAt.timestamp
                )
            ).map { (dispatchedAt: try $0.moment(0), isVisited: try $0.get(1, as: Bool.self)) }
        }
        return rows.first
    }

    /// A schedule's ticks that were fired or queued and aren't finished, oldest first: what the overlap policy asks.
    package func unfinishedTicks(of schedule: ScheduleID) async throws(StoreError) -> [ScheduleTick] {
        try await ticks(
            Statement(
                """
                SELECT \(Self.tickColumns) FROM schedule_ticks t
                 WHERE t.schedule_id = $1 AND t.finished_at IS NULL AND t.decision IN ('fired', 'queued')
                 ORDER BY t.tick_at
                """, schedule))
    }

    /// The ticks of all schedules that were fired or queued and aren't finished: what a rebuild of the queue starts from.
    ///
    /// - Parameter key: the last of the page before.
    package func unfinishedTicks(after key: TickKey? = nil, limit: Int) async throws(StoreError) -> [ScheduleTick] {
        try await ticks(
            Statement(
                """
                SELECT \(Self.tickColumns) FROM schedule_ticks t
                 WHERE t.finished_at IS NULL AND t.decision IN ('fired', 'queued')
                   AND ($1::uuid IS NULL OR (t.schedule_id, t.tick_at) > ($1, $2))
                 ORDER BY t.schedule_id, t.tick_at LIMIT $3
                """, key?.schedule, key?.tickAt.timestamp, Int64(limit)))
    }

    private func ticks(_ statement: Statement) async throws(StoreError) -> [ScheduleTick] {
        try await withSession { try $0.query(statement).map { try ScheduleTick($0) } }
    }

    /// Deletes old ticks that need nothing any more; returns how many.
    ///
    /// - Parameter limit: rows a call, so that no transaction is long.
    package func pruneTicks(before moment: EpochSeconds, limit: Int) async throws(StoreError) -> Int {
        try await withSession { session in
            try session.execute(
                Statement(
                    """
                    DELETE FROM schedule_ticks WHERE (schedule_id, tick_at) IN (
                        SELECT schedule_id, tick_at FROM schedule_ticks
                         WHERE tick_at < $1 AND (finished_at IS NOT NULL OR decision IN ('skipped', 'missed'))
                         ORDER BY tick_at LIMIT $2 FOR UPDATE SKIP LOCKED)
                    """, moment.timestamp, Int64(limit)
                ))
        }
    }
}

extension TickDecision {
    fileprivate var decision: ScheduleTick.Decision {
        switch verdict {
        case .fire: .fired
        case .queue: .queued
        case .skip: .skipped
        case .miss: .missed
        }
    }

    fileprivate var wakeUp: WakeUp? {
        switch verdict {
        case .fire(let wakeUp), .queue(let wakeUp): wakeUp
        case .skip, .miss: nil
        }
    }
}

extension ScheduleTick {
    init(_ row: PostgresRow) throws {
        self.init(
            key: TickKey(schedule: try row.get(0), tickAt: try row.moment(1)), decision: try row.known(2),
            wakeUp: row.isNull(7) ? nil : try WakeUp(row, from: 7), decidedAt: try row.moment(3),
            finishedAt: try row.optionalMoment(4), outcome: try row.getOptional(5), error: try row.getOptional(6))
    }
}
