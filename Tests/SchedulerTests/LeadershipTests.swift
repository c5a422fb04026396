import AccountJobs
import MailModel
import MailStore
import Postgres
import ServiceLifecycle
import Testing

@testable import JobQueue
@testable import Scheduler

@Suite("Leadership", .needsServers) struct LeadershipTests {
    @Test("one leads; a second follows when the first resigns, or when its hold has ended")
    func followed() async throws {
        try await Rig.with { rig in
            let first = try await rig.leader("a")
            let second = try await rig.leader("b")
            #expect(first.leads && !second.leads && second.term == nil)
            try await first.resign()
            #expect(!first.leads)
            try await second.tryOnce()
            #expect(second.leads)
            try await first.tryOnce()
            #expect(!first.leads)
            try await rig.execute("UPDATE scheduler_leader SET held_until = now()")
            try await first.tryOnce()
            #expect(first.leads)
        }
    }

    @Test("a hold that was not renewed ends by the process's own clock, and the next one is a new term")
    func terms() async throws {
        try await Rig.with { rig in
            let leadership = try await rig.leader(hold: .milliseconds(50))
            #expect(leadership.term == 1 || leadership.term == nil)
            try await rig.eventually("the hold ends") { !leadership.leads }
            #expect(leadership.term == nil)
            try await leadership.tryOnce()
            let next = leadership.term
            #expect(next == 2 || next == nil)
        }
    }

    @Test("a scheduler that is shut down gives up the lead, and no duty keeps it from ending")
    func shutDown() async throws {
        try await Rig.with(epoch: nil) { rig in
            let duties = Duties(
                rig: rig, leadership: Leadership(store: rig.store, name: "a", hold: .seconds(600), log: Rig.log))
            let ticking = TickService(
                store: rig.store, leadership: duties.leadership, now: { StoreDatabase.now }, log: Rig.log)
            let group = ServiceGroup(
                services: [
                    duties.leadership, duties.keeper, duties.dispatching, duties.relaying, duties.orphans, ticking,
                    PartitionService(store: rig.store, log: Rig.log),
                    ReapingService(Reaper(queue: rig.queues.shards[0])),
                ], logger: Rig.log)
            let mailbox = try await Mailbox.make(in: rig.database)
            async let end: Void = group.run()
            try await rig.eventually("the account is dispatched") { duties.dispatching.dispatched == 1 }
            #expect(try await rig.jobs() == [AccountJob.syncResource(mailbox.account.id)])
            let began = ContinuousClock.now
            await group.triggerGracefulShutdown()
            try await end
            #expect(began.duration(to: .now) < .seconds(5))
            #expect(try await rig.store.leader() == nil)
        }
    }
}
