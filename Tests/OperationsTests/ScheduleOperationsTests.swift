import AccountJobs
import MailModel
import MailStore
import Testing

@testable import Operations

@Suite("Schedules", .needsServers)
struct ScheduleOperationsTests {
    /// 2023-11-15T02:00:00Z, three in the morning of the next day in Berlin.
    private static let nextThree = EpochSeconds(1_700_013_600)

    private static func draft(
        _ name: String = "Nightly", _ expression: String = "0 3 * * *", zone: String = "Europe/Berlin",
        target: ScheduleDraft.Target = .task(MaintenanceTask.retention.rawValue)
    ) -> ScheduleDraft {
        var draft = ScheduleDraft(name: name, expression: expression, target: target)
        draft.zone = zone
        return draft
    }

    @Test("a new schedule ticks next when its expression says so in its zone")
    func adds() async throws {
        try await Installation.with(shards: 1) { installation in
            let schedules = installation.schedules
            let made = try await schedules.add(Self.draft())
            #expect(made.nextTickAt == Self.nextThree && made.pausedAt == nil)
            let summary = try await schedules.show("Nightly", next: 3)
            #expect(summary.next == [0, 1, 2].map { Self.nextThree + $0 * 86_400 })
            #expect(summary.lastTick == nil && summary.decisions.isEmpty)
            #expect(try await schedules.list().map(\.schedule) == [made])
            #expect(try await schedules.show("\(made.id)").schedule == made)
            #expect(try await schedules.add(Self.draft("Often", "@every 1h")).nextTickAt == EpochSeconds(1_700_002_800))
        }
    }

    @Test("ticks come later by the schedule's own jitter, from the first one on")
    func jitters() async throws {
        try await Installation.with(shards: 1) { installation in
            var draft = Self.draft()
            draft.jitterSeconds = 600
            let made = try await installation.schedules.add(draft)
            let offset = made.jitter
            #expect((0..<600).contains(offset) && made.nextTickAt == Self.nextThree + offset)
            let summary = try await installation.schedules.show("Nightly", next: 2)
            #expect(summary.next == [Self.nextThree + offset, Self.nextThree + offset + 86_400])
        }
    }

    @Test("an edit changes what it names alone, and when the schedule ticks next")
    func edits() async throws {
        try await Installation.with(shards: 1) { installation in
            let made = try await installation.schedules.add(Self.draft())
            var change = ScheduleChange()
            #expect(change.isEmpty)
            change.zone = "UTC"
            change.overlap = .queueOne
            let edited = try await installation.schedules.edit("Nightly", change)
            #expect(edited.nextTickAt == Self.nextThree + 3_600)
            var expected = made.settings
            expected.zone = "UTC"
            expected.overlap = .queueOne
            #expect(edited.settings == expected && edited.id == made.id)
        }
    }

    @Test("pausing and resuming say whether they changed anything, and a paused schedule has no next tick")
    func pauses() async throws {
        try await Installation.with(shards: 1) { installation in
            let schedules = installation.schedules
            _ = try await schedules.add(Self.draft())
            #expect(try await schedules.pause("Nightly"))
            #expect(try await !schedules.pause("Nightly"))
            #expect(try await schedules.show("Nightly").next.isEmpty)
            #expect(try await schedules.resume("Nightly"))
            #expect(try await !schedules.resume("Nightly"))
            #expect(try await schedules.show("Nightly", next: 1).next == [Self.nextThree])
        }
    }

    @Test("a run by hand is a tick with an urgent job in the outbox; another at that moment takes the second before")
    func runs() async throws {
        try await Installation.with(shards: 1) { installation in
            let schedules = installation.schedules
            let made = try await schedules.add(Self.draft())
            try await schedules.pause("Nightly")
            let key = try await schedules.run("Nightly")
            #expect(key == TickKey(schedule: made.id, tickAt: EpochSeconds(Installation.now)))
            for earlier in 1..<5 {
                #expect(try await schedules.run("Nightly").tickAt == key.tickAt - Int64(earlier))
            }
            await #expect(throws: OperationsError.self) { try await schedules.run("Nightly") }
            #expect(try await schedules.history(of: "Nightly").map(\.key.tickAt) == (0..<5).map { key.tickAt - $0 })
            #expect(try await schedules.show("Nightly").decisions == [.fired: 5])
            var woken: [WakeUp] = []
            _ = try await installation.store.relayOutbox(limit: 10) { woken = $0.map(\.wakeUp) }
            #expect(woken.map(\.resource) == (0..<5).map { "tick:\(made.id):\(Installation.now - Int64($0))" })
            #expect(woken.allSatisfy { $0.priority == 0 })
        }
    }

    @Test("what can't be is refused with the thing and the way out, and nothing is kept or audited")
    func refuses() async throws {
        try await Installation.with(shards: 1) { installation in
            let schedules = installation.schedules
            let nobody = try #require(AccountID("01890000-0000-7000-8000-000000000000"))
            var unlimited = Self.draft()
            unlimited.catchUpLimit = 0
            for (draft, saying) in [
                (Self.draft("a", "61 * * * *"), "minute, character 1"), (Self.draft("a", "0 3 * *"), "cron expression"),
                (Self.draft(zone: "Europe/Berlim"), "did you mean Europe/Berlin"),
                (Self.draft(target: .account(nobody)), "there is no account \(nobody) to schedule"),
                (Self.draft(target: .task("tidying")), "there are retention, partitions"),
                (Self.draft(""), "the name is"), (unlimited, "the catch-up limit is 0"),
            ] {
                let error = await #expect(throws: OperationsError.self) { _ = try await schedules.add(draft) }
                #expect(error?.description.contains(saying) == true, "\(error?.description ?? "")")
            }
            #expect(try await schedules.list().isEmpty)
            #expect(try await installation.audited() == [])
            let error = await #expect(throws: OperationsError.self) { try await schedules.remove("Nightly") }
            #expect(error?.description.contains("postrider schedule add") == true)
            _ = try await schedules.add(Self.draft())
            await #expect(throws: OperationsError.self) { _ = try await schedules.add(Self.draft()) }
            let unknown = await #expect(throws: OperationsError.self) { _ = try await schedules.show("Daily") }
            #expect(unknown?.description == "there is no schedule Daily; there is Nightly")
        }
    }

    @Test("a removed schedule is gone with its history, and every deed stands in the audit log")
    func removes() async throws {
        try await Installation.with(shards: 1) { installation in
            let schedules = installation.schedules
            let id = try await schedules.add(Self.draft()).id
            try await schedules.run("Nightly")
            try await schedules.remove("Nightly")
            #expect(try await schedules.list().isEmpty)
            #expect(
                try await installation.audited() == [
                    "schedule.create schedule:\(id)", "schedule.run schedule:\(id)", "schedule.remove schedule:\(id)",
                ])
            #expect(try await installation.store.verifyAudit(organization: nil) == .intact(first: 1, count: 3))
        }
    }
}
