import Redis
import Testing

@testable import JobQueue

@Suite(.needsSharedRedis) struct FairnessTests {
    @Test(
        """
        an organization with long jobs gets as much time as one with short jobs, and so fewer of them (guard: the \
        charge by run time in finishing.lua)
        """
    )
    func runTime() async throws {
        try await TestShard.with { shard in
            let lengths: [String: Int64] = ["long": 20_000, "short": 2_000]
            for organization in lengths.keys {
                try await shard.queue.enqueue(
                    (0..<300).map { shard.request("\(organization)\($0)", organization: organization) })
            }
            var times: [String: Int64] = [:]
            var counts: [String: Int] = [:]
            var job = try await shard.claimOne()
            for _ in 0..<220 {
                let length = try #require(lengths[job.organization])
                try await backdate(job, by: length, shard)
                times[job.organization, default: 0] += length
                counts[job.organization, default: 0] += 1
                let next = try await shard.queue.exchange([(job: job, outcome: .done)], max: 1).claimed.jobs.first
                job = try #require(next)
            }
            let ratio = Double(times["long"] ?? 0) / Double(max(1, times["short"] ?? 0))
            #expect((0.75...1.33).contains(ratio), "\(times)")
            #expect((counts["short"] ?? 0) >= 7 * (counts["long"] ?? 0), "\(counts)")
        }
    }

    /// Has a running job have begun so many ms earlier: tests don't wait.
    private func backdate(_ job: ClaimedJob, by ms: Int64, _ shard: TestShard) async throws {
        let script = RedisScript(
            """
            local job = cmsgpack.unpack(redis.call('HGET', KEYS[1], ARGV[1]))
            job[11] = job[11] - tonumber(ARGV[2])
            return redis.call('HSET', KEYS[1], ARGV[1], cmsgpack.pack(job))
            """)
        _ = try await shard.client.run(
            script, keys: [shard.queue.keys.jobs()], arguments: [.string(job.resource), .integer(ms)])
    }

    @Test(
        """
        one organization with 100,000 jobs delays another's single job by less than one round (guard: the \
        organizations' turns)
        """
    )
    func flood() async throws {
        try await TestShard.with(changing: [set(\.batch, to: 1_000)]) { shard in
            try await shard.queue.enqueue((0..<100_000).map { shard.request("m\($0)", organization: "many") })
            var jobs = try await shard.queue.claim(max: 10)
            for _ in 0..<20 {
                jobs = try await shard.queue.exchange(jobs.map { (job: $0, outcome: .done) }, max: 10).claimed.jobs
                #expect(jobs.count == 10)
            }
            // Last by its name, which must not matter.
            try await shard.queue.enqueue([shard.request("single", organization: "zz")])
            let next = try await shard.queue.exchange(jobs.map { (job: $0, outcome: .done) }, max: 2).claimed.jobs
            #expect(next.contains { $0.resource == "single" })
        }
    }

    @Test(
        "organizations that were idle earn no credit: one that comes back stands at the present turn (guard: the newcomers)"
    )
    func idleness() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request("first", organization: "idle")])
            #expect(try await shard.finish(try await shard.claimOne(), .done) == .ended)
            try await shard.queue.enqueue((0..<200).map { shard.request("b\($0)", organization: "busy") })
            for _ in 0..<10 {
                let jobs = try await shard.queue.claim(max: 10)
                _ = try await shard.queue.finish(jobs.map { (job: $0, outcome: .done) })
            }
            try await shard.queue.enqueue((0..<50).map { shard.request("i\($0)", organization: "idle") })
            let keys = shard.queue.keys
            let score = try await shard.raw("ZSCORE", keys.turns(JobQueueSettings.defaultQueue), "idle").string
            let turn = try await shard.raw("HGET", keys.counters(), "turn \(JobQueueSettings.defaultQueue)").string
            #expect(try #require(turn.flatMap(Double.init)) > 0)
            #expect(try #require(score.flatMap(Double.init)) >= #require(turn.flatMap(Double.init)))
        }
    }
}
