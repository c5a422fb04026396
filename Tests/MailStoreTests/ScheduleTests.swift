import Entitlements
import MailModel
import MailStore
import Postgres
import Testing

@Suite("Schedules", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct ScheduleTests {
    static let start = EpochSeconds(StoreDatabase.now)

    static func wakeUp(_ resource: String = "task:audit") -> WakeUp {
        WakeUp(
            queue: "tasks", kind: "task", resource: resource, organizationID: nil, gates: ["host:a b", "task"],
            priority: 2, notBefore: start + 7)
    }

    @Test("a schedule of each kind of target reads back as it was made, by its id, by its name, and among all")
    func made() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let store = try database.store(.operator)
            let targets: [Schedule.Target] = [
                .account(mailbox.key), .task("audit"),
                .selection(organization: mailbox.organization.id, plan: .gold, provider: "example.org"),
                .selection(organization: nil, plan: nil, provider: nil),
            ]
            var made: [Schedule] = []
            for (index, target) in targets.enumerated() {
                let settings = ScheduleSettings(
                    name: "schedule \(index)", expression: "*/5 * * * *", zone: "Europe/Berlin", target: target,
                    overlap: .queueOne, catchUp: .all, catchUpLimit: 3, jitterSeconds: 20)
                let schedule = try await store.createSchedule(settings, nextTickAt: Self.start)
                #expect(schedule.settings == settings && schedule.nextTickAt == Self.start)
                #expect(schedule.pausedAt == nil && schedule.lastTickAt == nil)
                #expect(try await store.schedule(schedule.id) == schedule)
                #expect(try await database.store(.scheduler).schedule(named: settings.name) == schedule)
                made.append(schedule)
            }
            #expect(try await store.schedules() == made)
            #expect(try await store.schedules(of: mailbox.organization.id) == [made[0], made[2]])
        }
    }

    @Test(
        "a schedule of an account or organization that isn't there, one with a taken name, or out of range is refused")
    func refused() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let other = try await Mailbox.make(in: database, address: "carol@example.com")
            let store = try database.store(.operator)
            func code(_ settings: ScheduleSettings) async throws -> String? {
                try await storeError { try await store.createSchedule(settings, nextTickAt: nil) }.code
            }
            let foreign = AccountKey(organizationID: other.organization.id, accountID: mailbox.account.id)
            #expect(
                try await code(.init(name: "a", expression: "@every 5m", target: .account(foreign)))
                    == "account_unknown")
            let nobody = OrganizationID(mailbox.account.id.uuid)
            let selection = Schedule.Target.selection(organization: nobody, plan: nil, provider: nil)
            #expect(try await code(.init(name: "a", expression: "e", target: selection)) == "organization_unknown")
            #expect(
                try await code(.init(name: "a", expression: "e", target: .task("t"), catchUpLimit: 0))
                    == "schedule_invalid")
            _ = try await store.createSchedule(.init(name: "a", expression: "e", target: .task("t")), nextTickAt: nil)
            #expect(try await code(.init(name: "a", expression: "e", target: .task("t"))) == "schedule_exists")
            #expect(try await database.count("schedules") == 1)
        }
    }

    @Test("a schedule is changed, paused, resumed and removed; it goes with its account; one that is gone is not found")
    func changed() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let store = try database.store(.operator)
            var settings = ScheduleSettings(name: "a", expression: "@every 5m", target: .account(mailbox.key))
            let id = try await store.createSchedule(settings, nextTickAt: Self.start).id
            func due() async throws -> [ScheduleID] {
                try await database.store(.scheduler).dueSchedules(at: Self.start + 10, limit: 10).map(\.id)
            }
            #expect(try await due() == [id])
            try await store.pauseSchedule(id)
            #expect(try await store.schedule(id).pausedAt != nil)
            #expect(try await due() == [])
            try await store.resumeSchedule(id, nextTickAt: Self.start + 11)
            #expect(try await due() == [])
            settings.expression = "@every 1m"
            let changed = try await store.updateSchedule(id, to: settings, nextTickAt: Self.start + 9)
            #expect(changed.settings == settings && changed.pausedAt == nil)
            #expect(try await due() == [id])
            _ = try await store.remove(mailbox.account.id)
            #expect(try await storeError { try await store.schedule(id) }.isNotFound)
            #expect(try await storeError { try await store.removeSchedule(id) }.isNotFound)
            #expect(try await storeError { try await store.pauseSchedule(id) }.isNotFound)
            let gone = settings
            #expect(try await storeError { try await store.updateSchedule(id, to: gone, nextTickAt: nil) }.code != "")
        }
    }

    private static func schedule(_ database: StoreDatabase, next: EpochSeconds? = start) async throws -> Schedule {
        try await database.store(.operator).createSchedule(
            .init(name: "nightly", expression: "0 3 * * *", target: .task("audit")), nextTickAt: next)
    }

    /// The outbox's rows, which stay.
    private static func outbox(_ database: StoreDatabase) async throws -> [WakeUp] {
        var rows: [WakeUp] = []
        do {
            _ = try await database.store(.scheduler).relayOutbox(limit: 1000) { found in
                rows = found.map(\.wakeUp)
                throw NoError()
            }
        } catch is NoError {}
        return rows
    }

    @Test("decided ticks are recorded with the wake-ups of those that are fired, and the schedule moves on")
    func recorded() async throws {
        try await StoreDatabase.with { database in
            let schedule = try await Self.schedule(database)
            let store = try database.store(.scheduler)
            let wakeUp = Self.wakeUp()
            let decisions = [
                TickDecision(tickAt: Self.start, verdict: .miss),
                TickDecision(tickAt: Self.start + 60, verdict: .skip),
                TickDecision(tickAt: Self.start + 120, verdict: .fire(wakeUp)),
                TickDecision(tickAt: Self.start + 180, verdict: .queue(Self.wakeUp("other"))),
            ]
            #expect(
                try await store.recordTicks(
                    of: schedule.id, expecting: Self.start, decisions, nextTickAt: Self.start + 240))
            #expect(try await Self.outbox(database) == [wakeUp])
            let history = try await store.tickHistory(of: schedule.id, limit: 10)
            #expect(history.map(\.decision) == [.queued, .fired, .skipped, .missed])
            #expect(history.map(\.key.tickAt) == decisions.reversed().map(\.tickAt))
            #expect(history.map(\.wakeUp) == [Self.wakeUp("other"), wakeUp, nil, nil])
            #expect(
                try await store.tickHistory(of: schedule.id, before: Self.start + 120, limit: 1) == [history[2]])
            let after = try await store.schedule(schedule.id)
            #expect(after.nextTickAt == Self.start + 240 && after.lastTickAt == Self.start + 180)
            // Nothing to decide moves the schedule on all the same.
            #expect(try await store.recordTicks(of: schedule.id, expecting: Self.start + 240, [], nextTickAt: nil))
            #expect(try await store.schedule(schedule.id).lastTickAt == Self.start + 180)
            #expect(try await store.schedule(schedule.id).nextTickAt == nil)
        }
    }

    /// Guard: the compare-and-set of next_tick_at in `recordTicks`. Without it each scheduler would fire the tick.
    @Test("of schedulers that decide the same tick at once one fires it, and the outbox has it once")
    func twoSchedulers() async throws {
        try await StoreDatabase.with { database in
            let schedule = try await Self.schedule(database)
            let store = try database.store(.scheduler)
            for turn in 0..<10 {
                let now = Self.start + Int64(turn) * 60
                let won = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            try await store.recordTicks(
                                of: schedule.id, expecting: now,
                                [TickDecision(tickAt: now, verdict: .fire(Self.wakeUp("task:\(turn)")))],
                                nextTickAt: now + 60)
                        }
                    }
                    return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(won == 1)
            }
            #expect(try await Self.outbox(database).map(\.resource) == (0..<10).map { "task:\($0)" })
            #expect(try await database.count("schedule_ticks") == 10)
        }
    }

    @Test("a paused or changed schedule fires nothing that was decided before")
    func decidedTooLate() async throws {
        try await StoreDatabase.with { database in
            let schedule = try await Self.schedule(database)
            let store = try database.store(.scheduler)
            func record() async throws -> Bool {
                try await store.recordTicks(
                    of: schedule.id, expecting: Self.start,
                    [TickDecision(tickAt: Self.start, verdict: .fire(Self.wakeUp()))], nextTickAt: Self.start + 60)
            }
            try await database.store(.operator).pauseSchedule(schedule.id)
            #expect(try await record() == false)
            try await database.store(.operator).resumeSchedule(schedule.id, nextTickAt: Self.start + 1)
            #expect(try await record() == false)
            #expect(try await database.count("schedule_ticks") == 0)
            #expect(try await Self.outbox(database) == [])
        }
    }

    /// Guard: the primary key of schedule_ticks with ON CONFLICT. Without it a tick fired by hand would fire again.
    @Test("a tick is fired once, also by hand; a schedule set back doesn't fire it again")
    func once() async throws {
        try await StoreDatabase.with { database in
            let schedule = try await Self.schedule(database)
            let store = try database.store(.operator)
            let key = TickKey(schedule: schedule.id, tickAt: Self.start)
            try await store.pauseSchedule(schedule.id)
            #expect(try await store.fireTick(key, Self.wakeUp()))
            #expect(try await store.fireTick(key, Self.wakeUp()) == false)
            try await store.resumeSchedule(schedule.id, nextTickAt: Self.start)
            #expect(
                try await database.store(.scheduler).recordTicks(
                    of: schedule.id, expecting: Self.start,
                    [TickDecision(tickAt: Self.start, verdict: .fire(Self.wakeUp()))], nextTickAt: nil))
            #expect(try await Self.outbox(database) == [Self.wakeUp()])
        }
    }

    @Test("unfinished ticks are found until they are finished; the queued one is fired then, with its wake-up")
    func finished() async throws {
        try await StoreDatabase.with { database in
            let schedule = try await Self.schedule(database)
            let store = try database.store(.scheduler)
            let decisions: [TickDecision] = [
                .init(tickAt: Self.start, verdict: .fire(Self.wakeUp("1"))),
                .init(tickAt: Self.start + 1, verdict: .skip),
                .init(tickAt: Self.start + 2, verdict: .queue(Self.wakeUp("2"))),
            ]
            _ = try await store.recordTicks(of: schedule.id, expecting: Self.start, decisions, nextTickAt: nil)
            #expect(try await store.unfinishedTicks(of: schedule.id).map(\.wakeUp?.resource) == ["1", "2"])
            var page = try await store.unfinishedTicks(limit: 1)
            #expect(page.map(\.wakeUp?.resource) == ["1"])
            page = try await store.unfinishedTicks(after: page[0].key, limit: 9)
            #expect(page.map(\.wakeUp) == [Self.wakeUp("2")])

            let worker = try database.store(.worker)
            let first = TickKey(schedule: schedule.id, tickAt: Self.start)
            #expect(try await worker.finishTick(first, outcome: "failed", error: "no route"))
            #expect(try await worker.finishTick(first, outcome: "done") == false)
            #expect(try await Self.outbox(database).map(\.resource) == ["1", "2"])
            let history = try await store.tickHistory(of: schedule.id, limit: 9)
            #expect(history.map(\.decision) == [.fired, .skipped, .fired])
            #expect(history[2].outcome == "failed" && history[2].error == "no route" && history[2].finishedAt != nil)
            #expect(try await store.unfinishedTicks(of: schedule.id).map(\.wakeUp?.resource) == ["2"])

            // Only what needs nothing any more is pruned.
            #expect(try await store.pruneTicks(before: Self.start + 100, limit: 100) == 2)
            #expect(try await worker.finishTick(history[0].key, outcome: "done"))
            #expect(try await store.pruneTicks(before: Self.start + 100, limit: 100) == 1)
        }
    }
}
