import Redis
import Synchronization
import Testing

@testable import JobQueue

@Suite(.needsRedisServer) struct WorkerPoolRedisLossTests {
    @Test(
        """
        a pool outlives its Redis: it reconnects, refuses the emptied server, and works once an epoch is \
        established
        """
    )
    func restart() async throws {
        try await PrivateRedisServer.with { server in
            try await SharedRedis.withClient(server.configuration) { client in
                let shard = TestShard(queue: JobQueue(client: client, settings: JobQueueSettings()), client: client)
                try await shard.queue.establishEpoch(1)
                let pool = WorkerPool(queue: shard.queue, settings: WorkerPoolSettings(concurrency: 2)) { _, _ in .done
                }
                async let end: Void = pool.run()
                try await shard.queue.enqueue([shard.request("a")])
                try await shard.eventually("the first job has run") { pool.counts.finished == 1 }

                await server.stop()
                try await server.start()
                await #expect(throws: JobQueueError.epochMismatch(known: 1, found: nil)) {
                    try await shard.queue.enqueue([shard.request("b")])
                }
                try await shard.queue.establishEpoch(2)
                try await shard.queue.enqueue([shard.request("b")])
                try await shard.eventually("the second job has run") { pool.counts.finished == 2 }
                pool.stop()
                await end
            }
        }
    }

    @Test(
        """
        after FLUSHALL running jobs of several queues enter themselves again by their heartbeats, with the slots of \
        their gates
        """
    )
    func flush() async throws {
        try await PrivateRedisServer.with { server in
            try await SharedRedis.withClient(server.configuration) { client in
                var settings = JobQueueSettings(queues: ["first", "second"])
                settings.heartbeat = .milliseconds(50)
                let shard = TestShard(queue: JobQueue(client: client, settings: settings), client: client)
                try await shard.queue.establishEpoch(1)
                try await shard.queue.setGate("host:a", GateLimit(slots: 4))
                let requests = (0..<8).map {
                    shard.request("r\($0)", queue: $0 % 2 == 0 ? "first" : "second", gates: ["host:a"])
                }
                try await shard.queue.enqueue(requests)
                let mayEnd = Signal<Void>()
                let journal = Journal()
                try await TestPool.with(
                    shard, WorkerPoolSettings(concurrency: 8),
                    handler: { job, _ in
                        journal.add(job.resource)
                        _ = await mayEnd.wait()
                        return .done
                    }
                ) { pool in
                    try await shard.eventually("four run") { journal.all.count == 4 }
                    try await shard.raw("FLUSHALL")
                    try await shard.queue.establishEpoch(2)
                    try await shard.queue.setGate("host:a", GateLimit(slots: 4))
                    try await shard.eventually("they are active again") {
                        let overview = try await shard.queue.overview()
                        return overview.queues.reduce(0) { $0 + $1.active } == 4
                    }
                    // The rebuild asks for all; those that run get one more run, the others wait for a place.
                    let outcomes = try await shard.enqueue(requests)
                    #expect(outcomes.count { $0 == .markedDirty } == 4 && outcomes.count { $0 == .created } == 4)
                    #expect(try await shard.gate("host:a")?.slotsUsed == 4)
                    #expect(try await shard.claim(max: 8).isEmpty)
                    mayEnd.fire(())
                    try await shard.eventually("all have run") { pool.counts.finished == 12 }
                    #expect(pool.counts.refused == 0 && pool.counts.lost == 0, "\(pool.counts)")
                    #expect(try await shard.gate("host:a")?.slotsUsed == 0)
                    #expect(try await shard.depths() == Depths())
                }
                #expect(journal.all.count == 12)
            }
        }
    }

    @Test(
        """
        a finish that falls into a restart of Redis is handed in again: not lost, not doubled; and the pool goes on \
        consuming
        """, arguments: [1, 20])
    func finishes(jobs: Int) async throws {
        try await PrivateRedisServer.with(
            arguments: { _, _ in ["--appendonly", "yes", "--appendfsync", "always"] }
        ) { server in
            try await SharedRedis.withClient(server.configuration) { client in
                var settings = JobQueueSettings()
                settings.lease = .seconds(60)
                let shard = TestShard(queue: JobQueue(client: client, settings: settings), client: client)
                try await shard.queue.establishEpoch(1)
                let mayEnd = Signal<Void>()
                let journal = Journal()
                try await TestPool.with(
                    shard, WorkerPoolSettings(concurrency: 20),
                    handler: { job, _ in
                        journal.add(job.resource)
                        if job.resource != "after" { _ = await mayEnd.wait() }
                        return .done
                    }
                ) { pool in
                    try await shard.queue.enqueue((0..<jobs).map { shard.request("r\($0)") })
                    try await shard.eventually("they run") { journal.all.count == jobs }
                    await server.stop()
                    mayEnd.fire(())
                    try await shard.eventually("all wait to be handed in") {
                        pool.state.withLock { $0.ended.count == jobs || $0.machine.ended == jobs }
                    }
                    try await server.start()
                    try await shard.eventually("all are handed in") { pool.counts.finished == jobs }
                    try await shard.queue.enqueue([shard.request("after")])
                    try await shard.eventually("it consumes again") { pool.counts.finished == jobs + 1 }
                    #expect(pool.counts.unsent == 0 && pool.counts.lost == 0)
                    #expect(try await shard.status().totals["done"] == Int64(jobs + 1))
                    #expect(try await shard.depths() == Depths())
                }
                #expect(journal.all.count == jobs + 1)
            }
        }
    }

    @Test("finishes and claims share calls, and a job costs no more than 40 commands of Redis (guard: exchange.lua)")
    func calls() async throws {
        try await PrivateRedisServer.with { server in
            try await SharedRedis.withClient(server.configuration) { client in
                let shard = TestShard(queue: JobQueue(client: client, settings: JobQueueSettings()), client: client)
                try await shard.queue.establishEpoch(1)
                try await shard.queue.setGate("host:*", GateLimit(slots: 1_000))
                try await shard.queue.enqueue(
                    (0..<5_000).map { shard.request("r\($0)", organization: "o\($0 % 50)", gates: ["host:a"]) })
                try await shard.raw("CONFIG", "RESETSTAT")
                try await TestPool.with(shard, WorkerPoolSettings(concurrency: 100), handler: { _, _ in .done }) {
                    pool in
                    try await shard.eventually("all have run") { pool.counts.finished == 5_000 }
                }
                let scripts = try await server.calls(of: "evalsha", client)
                let commands = try await server.calls(client)
                #expect(scripts < 1_000, "\(scripts) calls")
                #expect(commands < 5_000 * 40, "\(commands) commands")
            }
        }
    }
}
