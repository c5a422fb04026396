import AccountJobs
import MailModel
import MailStore
import Postgres
import Redis
import Testing

@testable import JobQueue
@testable import Scheduler

@Suite("Relaying the outbox", .needsServers) struct OutboxServiceTests {
    private static func wakeUp(_ resource: String, notBefore: EpochSeconds? = nil) -> WakeUp {
        WakeUp(
            queue: QueueNames.tasks, kind: "tick", resource: resource, organizationID: nil, gates: ["host:a"],
            priority: 0, notBefore: notBefore)
    }

    @Test("a row becomes a job as it was written, once, and is gone then")
    func relays() async throws {
        try await Rig.with(shards: 2) { rig in
            let duties = try await rig.scheduler()
            let later = EpochSeconds(4_000_000_000)
            try await rig.store.wake([Self.wakeUp("a"), Self.wakeUp("b", notBefore: later), Self.wakeUp("a")])
            #expect(try await duties.relaying.runOnce() == 3)
            #expect(try await rig.jobs() == ["a", "b"])
            let job = try #require(try await rig.job("b"))
            #expect(job.dueAt == later.rawValue * 1_000 && job.state == .delayed && job.priority == .interactive)
            #expect(job.gates == ["host:a"] && job.organization == JobRequest.installation && job.kind == "tick")
            #expect(try await rig.database.count("outbox") == 0)
            try await rig.loseJobs()
            #expect(try await duties.relaying.runOnce() == 0)
            #expect(try await rig.jobs() == [])
        }
    }

    @Test("who doesn't lead, or has an unsettled queue, leaves the rows")
    func leaves() async throws {
        try await Rig.with { rig in
            let leader = try await rig.leader("a")
            try await rig.store.wake([Self.wakeUp("a")])
            #expect(try await Duties(rig: rig, leadership: leader).relaying.runOnce() == 0)
            #expect(try await rig.scheduler("b").relaying.runOnce() == 0)
            #expect(try await rig.database.count("outbox") == 1)
        }
    }

    @Test("two leaders that relay the same rows make one job of each resource, and leave no row")
    func twice() async throws {
        try await Rig.with { rig in
            let (first, second) = try await rig.twoLeaders()
            try await rig.store.wake((0..<100).map { Self.wakeUp("r\($0)") })
            async let some = first.relaying.runOnce()
            async let others = second.relaying.runOnce()
            let relayed = try await some + others
            #expect(relayed >= 100)
            #expect(try await rig.jobs().count == 100)
            #expect(try await rig.database.count("outbox") == 0)
        }
    }

    @Test(
        "rows that Redis refused stay, and are relayed once it takes jobs again (guard: deleted only once enqueued)",
        .needsRedisServer)
    func refused() async throws {
        try await PrivateRedisServer.with { server in
            try await Rig.with(on: server) { rig in
                let duties = try await rig.scheduler()
                try await rig.store.wake([Self.wakeUp("a"), Self.wakeUp("b")])
                _ = try await rig.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "1"))
                await #expect(throws: JobQueueError.self) { _ = try await duties.relaying.runOnce() }
                #expect(try await rig.database.count("outbox") == 2)
                _ = try await rig.client.send(RedisCommand("CONFIG", "SET", "maxmemory", "0"))
                #expect(try await duties.relaying.runOnce() == 2)
                #expect(try await rig.jobs() == ["a", "b"])
                #expect(try await rig.database.count("outbox") == 0)
            }
        }
    }
}
