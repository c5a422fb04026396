import AccountJobs
import Cron
import Foundation
import MailModel
import MailStore
import Postgres
import Scheduler
import Synchronization
import Testing

@testable import JobQueue

@Suite("Firing ticks", .needsServers) struct TickServiceTests {
    /// Seconds since 1970 that only the test moves.
    final class Clock: Sendable {
        private let seconds: Mutex<Int64>
        init(_ seconds: Int64) { self.seconds = Mutex(seconds) }
        var now: Int64 { seconds.withLock { $0 } }
        func set(_ moment: Int64) { seconds.withLock { $0 = moment } }
    }

    /// 2023-11-14T22:15:00Z, a multiple of five minutes.
    static let start: Int64 = 1_700_000_100

    private static func ticking(_ rig: Rig, _ clock: Clock, _ name: String = "a") async throws -> TickService {
        TickService(store: rig.store, leadership: try await rig.leader(name), now: { clock.now }, log: Rig.log)
    }

    private static func history(_ rig: Rig, _ schedule: Schedule) async throws -> [String] {
        try await rig.store.tickHistory(of: schedule.id, limit: 100).reversed().map {
            "\($0.decision.rawValue) \($0.key.tickAt.rawValue - start)"
        }
    }

    private static func woken(_ rig: Rig) async throws -> [String] {
        try await rig.database.column(Statement("SELECT resource FROM outbox ORDER BY id"))
    }

    @Test("a tick is fired at its time and not before, with the job that its target needs, and the next one awaited")
    func fires() async throws {
        try await Rig.with { rig in
            let clock = Clock(Self.start - 1)
            let ticking = try await Self.ticking(rig, clock)
            let mailbox = try await Mailbox.make(in: rig.database)
            let schedule = try await rig.schedule(
                .account(mailbox.key), expression: "*/5 * * * *", next: EpochSeconds(Self.start))
            #expect(try await ticking.runOnce() == 0)
            clock.set(Self.start)
            #expect(try await ticking.runOnce() == 1)
            #expect(try await ticking.runOnce() == 0)
            #expect(try await Self.history(rig, schedule) == ["fired 0"])
            #expect(try await Self.woken(rig) == ["tick:\(schedule.id):\(Self.start)"])
            let after = try await rig.store.schedule(schedule.id)
            #expect(after.nextTickAt == EpochSeconds(Self.start + 300) && after.lastTickAt == EpochSeconds(Self.start))
            let organization = Statement("SELECT organization_id FROM outbox")
            #expect(try await rig.database.value(organization) == mailbox.organization.id)
        }
    }

    @Test("of two leaders at once one fires each tick and counts what was missed (guard: the compare-and-set)")
    func twoLeaders() async throws {
        try await Rig.with { rig in
            let clock = Clock(Self.start)
            let first = try await Self.ticking(rig, clock, "a")
            try await rig.execute("UPDATE scheduler_leader SET held_until = now()")
            let second = try await Self.ticking(rig, clock, "b")
            var schedules: [Schedule] = []
            for number in 0..<10 {
                schedules.append(
                    try await rig.schedule(
                        .task("retention"), named: "s\(number)", next: EpochSeconds(Self.start)
                    ) { $0.overlap = .allow })
            }
            for turn in 0..<4 {
                // Two ticks are missed every turn, and the latest fired.
                clock.set(Self.start + Int64(turn) * 900)
                async let some = first.runOnce()
                async let others = second.runOnce()
                _ = try await (some, others)
            }
            for schedule in schedules {
                #expect(
                    try await Self.history(rig, schedule) == [
                        "fired 0", "missed 600", "fired 900", "missed 1500", "fired 1800", "missed 2400", "fired 2700",
                    ])
            }
            #expect(try await Self.woken(rig).count == 40)
            #expect(first.missedTicks + second.missedTicks == 60)
        }
    }

    @Test(
        "missed ticks are made up for by the policy, and history and count say what was not",
        arguments: [
            (Schedule.CatchUp.none, ["fired 0", "missed 1800"], Int64(6)),
            (.latest, ["fired 0", "missed 1500", "skipped 1800"], 5),
            (.all, ["fired 0", "missed 900", "skipped 1200", "skipped 1500", "skipped 1800"], 3),
        ])
    func catchUp(_ policy: Schedule.CatchUp, _ expected: [String], _ missed: Int64) async throws {
        try await Rig.with { rig in
            let clock = Clock(Self.start)
            let ticking = try await Self.ticking(rig, clock)
            let schedule = try await rig.schedule(.task("retention"), next: EpochSeconds(Self.start)) {
                $0.catchUp = policy
                $0.catchUpLimit = 3
            }
            #expect(try await ticking.runOnce() == 1 && ticking.missedTicks == 0)
            // Half past the six next ones, well beyond the grace.
            clock.set(Self.start + 1_950)
            #expect(try await ticking.runOnce() == 1)
            // What is made up for meets the first one, which runs.
            #expect(try await Self.history(rig, schedule) == expected)
            #expect(ticking.missedTicks == missed)
            #expect(try await rig.store.schedule(schedule.id).nextTickAt == EpochSeconds(Self.start + 2_100))
            #expect(try await ticking.runOnce() == 0)
        }
    }

    @Test("while a tick runs, the next is skipped, queued once, or fired by the policy; an account's is never at once")
    func overlap() async throws {
        try await Rig.with { rig in
            let clock = Clock(Self.start)
            let ticking = try await Self.ticking(rig, clock)
            let mailbox = try await Mailbox.make(in: rig.database)
            let cases: [(Schedule.Overlap, Schedule.Target, [String])] = [
                (.skip, .task("retention"), ["fired 0", "skipped 300", "skipped 600"]),
                (.queueOne, .task("retention"), ["fired 0", "queued 300", "skipped 600"]),
                (.allow, .task("retention"), ["fired 0", "fired 300", "fired 600"]),
                (.allow, .account(mailbox.key), ["fired 0", "queued 300", "skipped 600"]),
            ]
            var schedules: [Schedule] = []
            for (number, (overlap, target, _)) in cases.enumerated() {
                schedules.append(
                    try await rig.schedule(target, named: "s\(number)", next: EpochSeconds(Self.start)) {
                        $0.overlap = overlap
                    })
            }
            for turn in 0..<3 {
                clock.set(Self.start + Int64(turn) * 300)
                #expect(try await ticking.runOnce() == 4)
            }
            for (schedule, (_, _, expected)) in zip(schedules, cases) {
                #expect(try await Self.history(rig, schedule) == expected)
            }
            // What is queued is woken by the end of the one before, and only then.
            let queued = "tick:\(schedules[1].id):\(Self.start + 300)"
            #expect(try await !Self.woken(rig).contains(queued))
            let running = TickKey(schedule: schedules[1].id, tickAt: EpochSeconds(Self.start))
            #expect(try await rig.workerStore.finishTick(running, outcome: "done"))
            #expect(try await Self.woken(rig).last == queued)
        }
    }

    @Test("a tick comes later by its schedule's jitter, named by its planned moment, and the next one as well")
    func jitter() async throws {
        try await Rig.with { rig in
            let made = try await rig.schedule(.task("retention")) { $0.jitterSeconds = 200 }
            let offset = made.jitter
            let schedule = try await rig.database.store(.operator).updateSchedule(
                made.id, to: made.settings, nextTickAt: EpochSeconds(Self.start + offset))
            let clock = Clock(Self.start + offset - 1)
            let ticking = try await Self.ticking(rig, clock)
            #expect((0..<200).contains(offset))
            #expect(try await ticking.runOnce() == 0)
            clock.set(Self.start + offset)
            #expect(try await ticking.runOnce() == 1)
            #expect(try await Self.history(rig, schedule) == ["fired 0"])
            #expect(
                try await rig.store.schedule(schedule.id).nextTickAt == EpochSeconds(Self.start + 300 + offset))
        }
    }

    @Test("a schedule goes with its account: it fires nothing more, and its history is gone")
    func removed() async throws {
        try await Rig.with { rig in
            let clock = Clock(Self.start)
            let ticking = try await Self.ticking(rig, clock)
            let mailbox = try await Mailbox.make(in: rig.database)
            let schedule = try await rig.schedule(.account(mailbox.key), next: EpochSeconds(Self.start))
            #expect(try await ticking.runOnce() == 1)
            _ = try await rig.database.store(.operator).remove(mailbox.account.id)
            clock.set(Self.start + 300)
            #expect(try await ticking.runOnce() == 0)
            #expect(try await Self.history(rig, schedule) == [])
        }
    }

    @Test("a fixed hour fires once at the end of a daylight-saving gap, and once in a fold")
    func daylightSaving() async throws {
        try await Rig.with { rig in
            // 2024-03-31: half past two does not exist in Berlin; at 01:00Z the clock goes from two to three.
            // 2024-10-27: half past two is twice, at 00:30Z and 01:30Z.
            for (name, before, fires) in [
                ("gap", Int64(1_711_762_200), Int64(1_711_846_800)), ("fold", 1_729_902_600, 1_729_989_000),
            ] {
                let clock = Clock(before)
                let ticking = try await Self.ticking(rig, clock)
                var settings = ScheduleSettings(name: name, expression: "30 2 * * *", target: .task("retention"))
                settings.zone = "Europe/Berlin"
                settings.overlap = .allow
                let first = try #require(try settings.nextTick(of: ScheduleID(UUID()), after: EpochSeconds(before)))
                #expect(first == EpochSeconds(fires))
                let schedule = try await rig.database.store(.operator).createSchedule(settings, nextTickAt: first)
                // Every quarter of an hour of the next five hours.
                for quarter in 0...20 {
                    clock.set(fires - 5_400 + Int64(quarter) * 900)
                    _ = try await ticking.runOnce()
                }
                let ticks = try await rig.store.tickHistory(of: schedule.id, limit: 9)
                #expect(ticks.map(\.key.tickAt) == [EpochSeconds(fires)] && ticks.map(\.decision) == [.fired])
                try await rig.database.store(.operator).removeSchedule(schedule.id)
            }
        }
    }

    @Test("a schedule whose zone the system has lost keeps no other from its ticks, nor the duty busy")
    func unreadable() async throws {
        try await Rig.with { rig in
            let clock = Clock(Self.start)
            let ticking = try await Self.ticking(rig, clock)
            _ = try await rig.schedule(.task("retention"), named: "lost", next: EpochSeconds(Self.start - 1)) {
                $0.zone = "Atlantis/Poseidonis"
            }
            let good = try await rig.schedule(.task("retention"), next: EpochSeconds(Self.start))
            #expect(try await ticking.runOnce() == 1)
            #expect(try await Self.history(rig, good) == ["fired 0"])
            #expect(try await ticking.runOnce() == 0)
        }
    }
}
