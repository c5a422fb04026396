import AccountJobs
import Cron
import JobQueue
import MailModel
package import MailStore

extension ScheduleOperations {
    /// Makes a schedule, which ticks first after now.
    ///
    /// - Throws: ``OperationsError/cron(_:)`` with the field and the place, or the nearest zones;
    ///   ``OperationsError/unknownAccount(_:)``, ``OperationsError/unknownTask(_:known:)``,
    ///   ``OperationsError/unusable(what:value:remedy:)``, and the store's refusal of a name that is taken.
    package func add(_ draft: ScheduleDraft) async throws(OperationsError) -> Schedule {
        let settings = try await judge(draft)
        // Its jitter, and so its first tick, depends on its id.
        let id: ScheduleID = IDSource.system.make()
        let next = try next(of: settings, id)
        try await record("schedule.create", "schedule:\(id)", settings.target)
        return try await read { store throws(StoreError) in
            try await store.createSchedule(settings, id: id, nextTickAt: next)
        }
    }

    /// Changes a schedule, which ticks next after now. What it has fired goes on.
    package func edit(_ name: String, _ change: ScheduleChange) async throws(OperationsError) -> Schedule {
        let schedule = try await find(name)
        let settings = try await judge(Self.draft(of: schedule.settings, change))
        let next = try next(of: settings, schedule.id)
        try await record("schedule.edit", "schedule:\(schedule.id)", settings.target)
        return try await read { store throws(StoreError) in
            try await store.updateSchedule(schedule.id, to: settings, nextTickAt: next)
        }
    }

    /// Takes a schedule and its history away. What it has fired goes on.
    package func remove(_ name: String) async throws(OperationsError) {
        let schedule = try await find(name)
        try await record("schedule.remove", "schedule:\(schedule.id)", schedule.settings.target)
        try await read { store throws(StoreError) in try await store.removeSchedule(schedule.id) }
    }

    /// Stops a schedule's ticks.
    /// - Returns: false if it was paused already.
    @discardableResult
    package func pause(_ name: String) async throws(OperationsError) -> Bool {
        let schedule = try await find(name)
        try await record("schedule.pause", "schedule:\(schedule.id)", schedule.settings.target)
        try await read { store throws(StoreError) in try await store.pauseSchedule(schedule.id) }
        return schedule.pausedAt == nil
    }

    /// Lets a schedule tick again, after now. The ticks of the pause aren't made up for.
    /// - Returns: false if it wasn't paused, in which case nothing changes.
    @discardableResult
    package func resume(_ name: String) async throws(OperationsError) -> Bool {
        let schedule = try await find(name)
        guard schedule.pausedAt != nil else { return false }
        let next = try next(of: schedule.settings, schedule.id)
        try await record("schedule.resume", "schedule:\(schedule.id)", schedule.settings.target)
        try await read { store throws(StoreError) in try await store.resumeSchedule(schedule.id, nextTickAt: next) }
        return true
    }

    /// Fires a tick now, out of turn and whether the schedule is paused or not. The job is handed to the queue by the
    /// scheduler.
    /// - Returns: the tick.
    @discardableResult
    package func run(_ name: String) async throws(OperationsError) -> TickKey {
        let schedule = try await find(name)
        try await record("schedule.run", "schedule:\(schedule.id)", schedule.settings.target)
        let now = time.now
        // A tick is known by its second. One that has a tick already is passed over, backwards: a second to come may be
        // the schedule's own next.
        for earlier in 0..<Self.secondsTried {
            let key = TickKey(schedule: schedule.id, tickAt: now - earlier)
            var wakeUp = TickJob.wakeUp(schedule, tickAt: key.tickAt)
            wakeUp.priority = JobPriority.interactive.rawValue
            if try await read({ store throws(StoreError) in try await store.fireTick(key, wakeUp) }) { return key }
        }
        throw .tickTaken(schedule: name)
    }

    private static let secondsTried: Int64 = 5

    private func next(of settings: ScheduleSettings, _ id: ScheduleID) throws(OperationsError) -> EpochSeconds? {
        try judging { () throws(CronError) in try settings.nextTick(of: id, after: time.now) }
    }

    // MARK: Judging

    private func judge(_ draft: ScheduleDraft) async throws(OperationsError) -> ScheduleSettings {
        let cron = try judging { () throws(CronError) in
            try CronSchedule(expression: draft.expression, zone: draft.zone)
        }
        func require(_ isGood: Bool, _ what: String, _ value: Any, _ remedy: String) throws(OperationsError) {
            if !isGood { throw .unusable(what: what, value: "\(value)", remedy: remedy) }
        }
        try require(
            (1...200).contains(draft.name.count) && !draft.name.contains { $0.isNewline }, "the name",
            "\"\(draft.name.prefix(40))\"",
            "give 1 to 200 characters on one line")
        try require(
            (1...1_000).contains(draft.catchUpLimit), "the catch-up limit", draft.catchUpLimit, "give 1 to 1,000")
        try require(
            (0...86_400).contains(draft.jitterSeconds), "the jitter", draft.jitterSeconds, "give 0 to 86,400 seconds")
        return ScheduleSettings(
            name: draft.name, expression: cron.expression.text, zone: cron.zone.name,
            target: try await target(draft.target), overlap: draft.overlap, catchUp: draft.catchUp,
            catchUpLimit: draft.catchUpLimit, jitterSeconds: draft.jitterSeconds)
    }

    private func target(_ target: ScheduleDraft.Target) async throws(OperationsError) -> Schedule.Target {
        switch target {
        case .account(let id):
            do throws(StoreError) {
                return .account(try await store.account(id).key)
            } catch {
                if case .notFound = error { throw .unknownAccount(id) }
                throw .store(error)
            }
        case .selection(let organization, let plan, let provider):
            return .selection(organization: organization, plan: plan, provider: provider)
        case .task(let name):
            guard MaintenanceTask(rawValue: name) != nil else {
                throw .unknownTask(name, known: MaintenanceTask.allCases.map(\.rawValue))
            }
            return .task(name)
        }
    }

    private static func draft(of settings: ScheduleSettings, _ change: ScheduleChange) -> ScheduleDraft {
        let target: ScheduleDraft.Target =
            switch settings.target {
            case .account(let key): .account(key.accountID)
            case .selection(let organization, let plan, let provider):
                .selection(organization: organization, plan: plan, provider: provider)
            case .task(let name): .task(name)
            }
        var draft = ScheduleDraft(
            name: change.name ?? settings.name, expression: change.expression ?? settings.expression,
            target: change.target ?? target)
        draft.zone = change.zone ?? settings.zone
        draft.overlap = change.overlap ?? settings.overlap
        draft.catchUp = change.catchUp ?? settings.catchUp
        draft.catchUpLimit = change.catchUpLimit ?? settings.catchUpLimit
        draft.jitterSeconds = change.jitterSeconds ?? settings.jitterSeconds
        return draft
    }
}
