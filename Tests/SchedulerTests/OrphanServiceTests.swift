import AccountJobs
import MailModel
import MailStore
import Postgres
import Testing

@testable import JobQueue
@testable import Scheduler

@Suite("Orphans", .needsServers) struct OrphanServiceTests {
    @Test("a dispatched account whose job is gone is asked for again; who doesn't lead asks for nothing")
    func asked() async throws {
        try await Rig.with(shards: 2) { rig in
            let mailbox = try await Mailbox.make(in: rig.database)
            let duties = try await rig.scheduler()
            _ = try await duties.dispatching.runOnce()
            try await rig.loseJobs()
            #expect(try await duties.orphans.runOnce() == 1)
            #expect(try await rig.jobs() == ["read:\(mailbox.account.id)"])
            #expect(try await duties.orphans.runOnce() == 0)
            try await rig.loseJobs()
            let follower = Duties(rig: rig, leadership: try await rig.leader("b"))
            try await follower.keeper.lookOnce()
            #expect(try await follower.orphans.runOnce() == 0)
            #expect(try await rig.jobs() == [])
        }
    }

    @Test("an account whose job runs isn't asked for: it does not run once more (guard: JobQueues.missing)")
    func running() async throws {
        try await Rig.with { rig in
            _ = try await Mailbox.make(in: rig.database)
            let duties = try await rig.scheduler()
            _ = try await duties.dispatching.runOnce()
            let job = try #require(try await rig.queues.shards[0].claim(max: 1).first)
            #expect(try await duties.orphans.runOnce() == 0)
            let result = try await rig.queues.shards[0].finish(job, .done)
            #expect(result == .ended)
            #expect(try await rig.jobs() == [])
        }
    }

    @Test("an account that was dispatched just now is left to its job")
    func young() async throws {
        try await Rig.with { rig in
            _ = try await Mailbox.make(in: rig.database)
            let duties = try await rig.scheduler()
            _ = try await duties.dispatching.runOnce()
            try await rig.loseJobs()
            let patient = OrphanService(
                store: rig.store, queues: rig.queues, keeper: duties.keeper, leadership: duties.leadership, log: Rig.log
            )
            #expect(try await patient.runOnce() == 0)
            #expect(try await rig.jobs() == [])
        }
    }

    @Test("a fired tick whose job is gone is asked for again, since its schedule waits for its end; a queued one isn't")
    func ticks() async throws {
        try await Rig.with { rig in
            let schedule = try await rig.schedule(.task("retention"), next: EpochSeconds(300))
            let wakeUp = TickJob.wakeUp(schedule, tickAt: EpochSeconds(300))
            let queued = TickJob.wakeUp(schedule, tickAt: EpochSeconds(600))
            #expect(
                try await rig.store.recordTicks(
                    of: schedule.id, expecting: EpochSeconds(300),
                    [
                        .init(tickAt: EpochSeconds(300), verdict: .fire(wakeUp)),
                        .init(tickAt: EpochSeconds(600), verdict: .queue(queued)),
                    ], nextTickAt: nil))
            let duties = try await rig.scheduler()
            _ = try await duties.relaying.runOnce()
            try await rig.loseJobs()
            _ = try await duties.orphans.runOnce()
            #expect(try await rig.jobs() == [wakeUp.resource])
            // Where its job runs, it isn't asked for.
            let job = try #require(try await rig.queues.shards[0].claim(max: 1).first)
            _ = try await duties.orphans.runOnce()
            let result = try await rig.queues.shards[0].finish(job, .done)
            #expect(result == .ended)
        }
    }
}
