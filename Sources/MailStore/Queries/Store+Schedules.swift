import Entitlements
package import MailModel
import Postgres

extension Store {
    private static let scheduleColumns = """
        id, name, expression, zone, target, organization_id, account_id, plan, provider, task, overlap, catch_up,
        catch_up_limit, jitter_seconds, paused_at, next_tick_at, last_tick_at, created_at, updated_at
        """

    /// Makes a schedule.
    ///
    /// - Parameters:
    ///   - given: its id, for whoever has to know it before: jitter goes by it. A new one without it.
    ///   - next: when it ticks first, as its expression says.
    /// - Throws: `refused(schedule_exists)` for a name that is taken, `refused(account_unknown)`,
    ///   `refused(organization_unknown)`.
    package func createSchedule(
        _ settings: ScheduleSettings, id given: ScheduleID? = nil, nextTickAt next: EpochSeconds?
    ) async throws(StoreError) -> Schedule {
        let id = given ?? ids.make()
        return try await writeSchedule(
            settings,
            """
            INSERT INTO schedules (id, name, expression, zone, target, organization_id, account_id, plan, provider, task,
                                   overlap, catch_up, catch_up_limit, jitter_seconds, next_tick_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            RETURNING \(Self.scheduleColumns)
            """, id, next)
    }

    /// Replaces what a schedule's operator has said, and with it when it ticks next.
    ///
    /// - Throws: as ``createSchedule(_:nextTickAt:)``, and `notFound`.
    package func updateSchedule(
        _ id: ScheduleID, to settings: ScheduleSettings, nextTickAt next: EpochSeconds?
    ) async throws(StoreError) -> Schedule {
        try await writeSchedule(
            settings,
            """
            UPDATE schedules
               SET name = $2, expression = $3, zone = $4, target = $5, organization_id = $6, account_id = $7, plan = $8,
                   provider = $9, task = $10, overlap = $11, catch_up = $12, catch_up_limit = $13, jitter_seconds = $14,
                   next_tick_at = $15, updated_at = now()
             WHERE id = $1 RETURNING \(Self.scheduleColumns)
            """, id, next)
    }

    private func writeSchedule(
        _ settings: ScheduleSettings, _ sql: String, _ id: ScheduleID, _ next: EpochSeconds?
    ) async throws(StoreError) -> Schedule {
        let target = TargetColumns(settings.target)
        let statement = Statement(
            sql, id, settings.name, settings.expression, settings.zone, target.kind, target.organization,
            target.account, target.plan, target.provider, target.task, settings.overlap.rawValue,
            settings.catchUp.rawValue, Int32(clamping: settings.catchUpLimit), Int32(clamping: settings.jitterSeconds),
            next?.timestamp)
        do {
            return try await withSession { session in
                guard let row = try session.query(statement).first else {
                    throw StoreError.notFound(kind: "schedule", id: id.description)
                }
                return try Schedule(row)
            }
        } catch .database(let error) {
            throw Self.refusal(of: settings, for: error) ?? .database(error)
        }
    }

    /// What the database's own checks mean to an operator.
    private static func refusal(of settings: ScheduleSettings, for error: PostgresError) -> StoreError? {
        switch (error.kind, settings.target) {
        case (.uniqueViolation, _):
            .refused(code: "schedule_exists", text: "there is a schedule named \(settings.name) already")
        case (.foreignKeyViolation, .account(let key)):
            .refused(
                code: "account_unknown",
                text: "there is no account \(key.accountID) in the organization \(key.organizationID) to schedule")
        case (.foreignKeyViolation, .selection(let organization?, _, _)):
            .refused(code: "organization_unknown", text: "there is no organization \(organization) to schedule")
        case (.checkViolation, _):
            .refused(
                code: "schedule_invalid",
                text: "a value of the schedule \(settings.name) is out of its range (\(error.constraint ?? ""))")
        default: nil
        }
    }

    package func removeSchedule(_ id: ScheduleID) async throws(StoreError) {
        try await changeSchedule(Statement("DELETE FROM schedules WHERE id = $1", id), id)
    }

    /// Stops a schedule's ticks. What it has fired goes on.
    package func pauseSchedule(_ id: ScheduleID) async throws(StoreError) {
        try await changeSchedule(
            Statement(
                "UPDATE schedules SET paused_at = coalesce(paused_at, now()), updated_at = now() WHERE id = $1", id), id
        )
    }

    /// Lets a schedule tick again. The ticks of the pause were meant not to be, and aren't made up for.
    package func resumeSchedule(_ id: ScheduleID, nextTickAt next: EpochSeconds?) async throws(StoreError) {
        try await changeSchedule(
            Statement(
                "UPDATE schedules SET paused_at = NULL, next_tick_at = $2, updated_at = now() WHERE id = $1", id,
                next?.timestamp), id)
    }

    private func changeSchedule(_ statement: Statement, _ id: ScheduleID) async throws(StoreError) {
        guard try await withSession({ try $0.execute(statement) }) == 1 else {
            throw .notFound(kind: "schedule", id: id.description)
        }
    }

    /// All schedules by their names, or those of one organization.
    package func schedules(of organization: OrganizationID? = nil) async throws(StoreError) -> [Schedule] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT \(Self.scheduleColumns) FROM schedules
                     WHERE $1::uuid IS NULL OR organization_id = $1 ORDER BY name
                    """, organization
                )
            ).map { try Schedule($0) }
        }
    }

    package func schedule(_ id: ScheduleID) async throws(StoreError) -> Schedule {
        try await oneSchedule(Statement("SELECT \(Self.scheduleColumns) FROM schedules WHERE id = $1", id), "\(id)")
    }

    package func schedule(named name: String) async throws(StoreError) -> Schedule {
        try await oneSchedule(Statement("SELECT \(Self.scheduleColumns) FROM schedules WHERE name = $1", name), name)
    }

    private func oneSchedule(_ statement: Statement, _ id: String) async throws(StoreError) -> Schedule {
        try await withSession { session in
            guard let row = try session.query(statement).first else {
                throw StoreError.notFound(kind: "schedule", id: id)
            }
            return try Schedule(row)
        }
    }

    /// The schedules that have a tick at or before a moment, longest due first. Nothing is marked:
    /// ``recordTicks(of:expecting:_:nextTickAt:)`` decides who fires.
    package func dueSchedules(at now: EpochSeconds, limit: Int) async throws(StoreError) -> [Schedule] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT \(Self.scheduleColumns) FROM schedules
                     WHERE paused_at IS NULL AND next_tick_at <= $1 ORDER BY next_tick_at LIMIT $2
                    """, now.timestamp, Int64(limit)
                )
            ).map { try Schedule($0) }
        }
    }
}

/// A target as its columns.
private struct TargetColumns {
    let kind: String
    var organization: OrganizationID?
    var account: AccountID?
    var plan: String?
    var provider: String?
    var task: String?

    init(_ target: Schedule.Target) {
        switch target {
        case .account(let key):
            kind = "account"
            organization = key.organizationID
            account = key.accountID
        case .selection(let organization, let plan, let provider):
            kind = "selection"
            self.organization = organization
            self.plan = plan?.rawValue
            self.provider = provider
        case .task(let name):
            kind = "task"
            task = name
        }
    }
}

extension Schedule {
    init(_ row: PostgresRow) throws {
        let target: Target
        switch try row.get(4, as: String.self) {
        case "account": target = .account(AccountKey(organizationID: try row.get(5), accountID: try row.get(6)))
        case "selection":
            target = .selection(
                organization: try row.getOptional(5), plan: try row.knownOptional(7), provider: try row.getOptional(8))
        case "task": target = .task(try row.get(9))
        case let other: throw StoreError.unreadable("\(other) is no target of a schedule that this program knows")
        }
        self.init(
            id: try row.get(0),
            settings: ScheduleSettings(
                name: try row.get(1), expression: try row.get(2), zone: try row.get(3), target: target,
                overlap: try row.known(10), catchUp: try row.known(11),
                catchUpLimit: Int(try row.get(12, as: Int32.self)),
                jitterSeconds: Int(try row.get(13, as: Int32.self))),
            pausedAt: try row.optionalMoment(14),
            nextTickAt: try row.optionalMoment(15),
            lastTickAt: try row.optionalMoment(16),
            createdAt: try row.moment(17),
            updatedAt: try row.moment(18)
        )
    }
}
