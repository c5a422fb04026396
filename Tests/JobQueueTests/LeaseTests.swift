import Redis
import Testing

@testable import JobQueue

@Suite(.needsSharedRedis) struct LeaseTests {
    @Test(
        """
        an expired lease returns the job, with a new token; the late finish is refused and counted (guard: the \
        token check in finish.lua)
        """
    )
    func expiry() async throws {
        try await TestShard.with(changing: [set(\.lease, to: .milliseconds(50))]) { shard in
            try await shard.queue.enqueue([shard.request()])
            let lost = try await shard.claimOne()
            let reaper = Reaper(queue: shard.queue)
            try await shard.eventually("the lease is found expired") { try await reaper.runOnce().expired == 1 }

            let again = try await shard.claimOne()
            #expect(again.id == lost.id && again.token > lost.token && again.attempt == 2)
            #expect(try await shard.finish(lost, .done) == .stale)
            #expect(try await shard.depths().staleFinishes == 1)
            #expect(try await shard.finish(again, .done) == .ended)
            #expect(try await shard.finish(again, .done) == .stale)
            #expect(try await shard.depths().staleFinishes == 2)
        }
    }

    @Test(
        """
        a heartbeat keeps a lease; a stale one is told so and extends nothing (guard: the token check in \
        extend.lua)
        """
    )
    func heartbeat() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request("a"), shard.request("b")])
            let jobs = try await shard.queue.claim(max: 2)
            let a = try #require(jobs.first { $0.resource == "a" })
            let b = try #require(jobs.first { $0.resource == "b" })
            // When a's lease was all but over.
            _ = try await shard.client.send(
                RedisCommand("ZADD", .string(shard.queue.keys.leases(JobQueueSettings.defaultQueue)), "1", "a"))
            #expect(try await shard.extend([a, b]).isEmpty)
            #expect(try await shard.reapOnce().expired == 0)

            try await shard.queue.finish(a, .again(notBefore: 0))
            let newer = try await shard.claimOne()
            #expect(try await shard.extend([a, b, newer]) == [a])
        }
    }

    @Test(
        """
        an active job without a lease is found and runs again (guard: the scan for active without lease in \
        reap.lua)
        """
    )
    func orphan() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request()])
            let lost = try await shard.claimOne()
            _ = try await shard.client.send(
                RedisCommand("ZREM", .string(shard.queue.keys.leases(JobQueueSettings.defaultQueue)), "a"))
            let counts = try await Reaper(queue: shard.queue).runOnce()
            #expect(counts.orphaned == 1 && counts.expired == 0)
            #expect(try await shard.claimOne().token > lost.token)
            #expect(try await shard.finish(lost, .done) == .stale)
            #expect(try await shard.depths().orphans == 1)
        }
    }

    @Test("all active jobs are scanned, however many, in rounds")
    func manyOrphans() async throws {
        try await TestShard.with(changing: [set(\.maintenanceBatch, to: 20)]) { shard in
            try await shard.queue.enqueue((0..<400).map { shard.request("r\($0)") })
            for _ in 0..<4 { _ = try await shard.queue.claim(max: 100) }
            _ = try await shard.client.send(
                RedisCommand("DEL", .string(shard.queue.keys.leases(JobQueueSettings.defaultQueue))))
            let reaper = Reaper(queue: shard.queue)
            var found = 0
            try await shard.eventually("every orphan is found") {
                found += try await reaper.runOnce().orphaned
                return found >= 400
            }
            #expect(try await shard.depths().ready == 400)
        }
    }

    @Test("what was asked for during a lost run is covered by the next one")
    func dirtyLoss() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request(priority: .backfill)])
            _ = try await shard.claimOne()
            try await shard.queue.enqueue([shard.request(priority: .interactive)])
            _ = try await shard.client.send(
                RedisCommand("ZADD", .string(shard.queue.keys.leases(JobQueueSettings.defaultQueue)), "1", "a"))
            #expect(try await shard.reapOnce().expired == 1)
            let again = try await shard.claimOne()
            #expect(again.priority == .interactive)
            #expect(try await shard.finish(again, .done) == .ended)
        }
    }

    @Test("leftovers of a script that died half-way are removed, and nobody's job with them")
    func leftovers() async throws {
        try await TestShard.with { shard in
            let keys = shard.queue.keys
            // A claim that had written token and lease, but not the record.
            try await shard.queue.enqueue([shard.request()])
            _ = try await shard.client.send(RedisCommand("HSET", .string(keys.active()), "a", "1:999"))
            _ = try await shard.client.send(
                RedisCommand("ZADD", .string(keys.leases(JobQueueSettings.defaultQueue)), "1", "a"))
            // An entry in the ready set whose record has gone on, and one that has none.
            _ = try await shard.client.send(
                RedisCommand(
                    "ZADD", .string(keys.ready(JobQueueSettings.defaultQueue)), "0", "o\u{0}0000000000000000\u{0}a",
                    "0",
                    "o\u{0}0000000000000001\u{0}x"))
            #expect(try await shard.reapOnce().expired == 0)
            let jobs = try await shard.queue.claim(max: 10)
            #expect(jobs.map(\.resource) == ["a"])
            let depths = try await shard.depths()
            #expect(depths.ready == 0 && depths.active == 1)
        }
    }
}
