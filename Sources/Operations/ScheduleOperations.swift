import AccountJobs
import Cron
package import MailModel
package import MailStore

/// Cron schedules. They are named by their names or their ids.
package struct ScheduleOperations: Sendable {
    let store: Store
    /// Who the audit log says it was.
    let actor: String
    let time: TimeSource

    /// - Parameters: as for ``QueueOperations``.
    package init(store: Store, actor: String = "operator", time: TimeSource = .system) {
        self.store = store
        self.actor = actor
        self.time = time
    }

    /// Newest ticks that a summary is made from.
    package static let ticksLookedAt = 50

    // MARK: Looking

    /// All schedules, by name. One look at the ticks each: schedules are few.
    ///
    /// - Parameter next: how many coming ticks to tell.
    package func list(
        of organization: OrganizationID? = nil, next: Int = 1
    ) async throws(OperationsError) -> [ScheduleSummary] {
        var summaries: [ScheduleSummary] = []
        for schedule in try await read({ store throws(StoreError) in try await store.schedules(of: organization) }) {
            summaries.append(try await summary(of: schedule, next: next))
        }
        return summaries
    }

    package func show(_ name: String, next: Int = 5) async throws(OperationsError) -> ScheduleSummary {
        try await summary(of: try await find(name), next: next)
    }

    /// A schedule's ticks, newest first.
    ///
    /// - Parameter moment: only those before it, for the next page.
    package func history(
        of name: String, before moment: EpochSeconds? = nil, limit: Int = 100
    ) async throws(OperationsError) -> [ScheduleTick] {
        let id = try await find(name).id
        return try await read { store throws(StoreError) in
            try await store.tickHistory(of: id, before: moment, limit: limit)
        }
    }

    private func summary(of schedule: Schedule, next: Int) async throws(OperationsError) -> ScheduleSummary {
        let ticks = try await read { store throws(StoreError) in
            try await store.tickHistory(of: schedule.id, limit: Self.ticksLookedAt)
        }
        return ScheduleSummary(
            schedule: schedule, next: try coming(of: schedule, count: next), lastTick: ticks.first,
            decisions: ticks.reduce(into: [:]) { $0[$1.decision, default: 0] += 1 },
            failures: ticks.count { $0.error != nil })
    }

    /// The coming ticks: first the one that the store holds, which the scheduler goes by.
    private func coming(of schedule: Schedule, count: Int) throws(OperationsError) -> [EpochSeconds] {
        guard schedule.pausedAt == nil, let first = schedule.nextTickAt, count > 0 else { return [] }
        let cron = try judging { () throws(CronError) in try schedule.cron() }
        let later = cron.ticks(
            after: first.rawValue - schedule.jitter, through: CronSchedule.latest, limit: count - 1)
        return [first] + later.map { EpochSeconds($0 + schedule.jitter) }
    }

    /// What cron's rules say, their errors in this module's words.
    func judging<Value>(_ rule: () throws(CronError) -> Value) throws(OperationsError) -> Value {
        do throws(CronError) {
            return try rule()
        } catch {
            throw .cron(error)
        }
    }

    // MARK: Within the module

    /// - Throws: ``OperationsError/unknownSchedule(_:known:)``.
    func find(_ name: String) async throws(OperationsError) -> Schedule {
        do throws(StoreError) {
            if let id = ScheduleID(name) {
                do throws(StoreError) { return try await store.schedule(id) } catch {
                    // It may be a name that looks like an id.
                    if case .notFound = error {} else { throw error }
                }
            }
            return try await store.schedule(named: name)
        } catch {
            guard case .notFound = error else { throw .store(error) }
            let known = try await read { store throws(StoreError) in try await store.schedules() }
            throw .unknownSchedule(name, known: known.map(\.settings.name))
        }
    }

    func read<Value: Sendable>(_ call: (Store) async throws(StoreError) -> Value) async throws(OperationsError) -> Value
    {
        do throws(StoreError) {
            return try await call(store)
        } catch {
            throw .store(error)
        }
    }

    func record(_ action: String, _ subject: String, _ target: Schedule.Target) async throws(OperationsError) {
        let owner: OrganizationID? =
            switch target {
            case .account(let key): key.organizationID
            case .selection(let organization, _, _): organization
            case .task: nil
            }
        _ = try await read { store throws(StoreError) in
            try await store.appendAudit(
                organization: owner, actor: actor, action: action, subject: String(subject.prefix(200)))
        }
    }
}
