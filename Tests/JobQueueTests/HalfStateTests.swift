import Redis
import Testing

@testable import JobQueue

/// Lua has no rollback: a script that dies leaves what it had written. Whatever that is, no job may be lost for it, and
/// nothing may stay behind for ever.
@Suite(.needsSharedRedis) struct HalfStateTests {
    private static let queue = JobQueueSettings.defaultQueue

    enum Step: String, CaseIterable, CustomTestStringConvertible {
        case enqueue, merge, claim, take, done, retry, release, throttle, exchange, extend, promote, reap, cancel, now,
            remove

        var testDescription: String { rawValue }

        /// Whether the job may be gone after it.
        var mayEnd: Bool {
            switch self {
            case .done, .exchange, .cancel, .remove: true
            case .enqueue, .merge, .claim, .take, .retry, .release, .throttle, .extend, .promote, .reap, .now: false
            }
        }
    }

    private static func begin(_ step: Step, _ shard: TestShard) async throws -> ClaimedJob? {
        try await shard.queue.setGate("g:1", GateLimit(slots: 1, rate: 1_000, burst: 100))
        let later = try await shard.serverTime() + (step == .promote ? 1 : 1_000)
        let isDelayed = step == .promote || step == .now
        if step != .enqueue {
            try await shard.queue.enqueue([shard.request(gates: ["g:1"], notBefore: isDelayed ? later : nil)])
        }
        switch step {
        case .enqueue, .merge, .claim, .take, .now, .cancel, .remove: return nil
        case .promote:
            try await shard.waitUntil(serverTime: later)
            return nil
        case .done, .retry, .release, .throttle, .exchange, .extend: return try await shard.claimOne()
        case .reap:
            let job = try await shard.claimOne()
            try await shard.expireLease(of: "a")
            return job
        }
    }

    /// The step, which finds one key unusable and so dies when it comes to it, unless it has no use for that key.
    private static func perform(_ step: Step, _ job: ClaimedJob?, _ shard: TestShard) async {
        let request = shard.request(gates: ["g:1"], priority: .interactive)
        do {
            switch step {
            case .enqueue, .merge: try await shard.queue.enqueue([request])
            case .claim: _ = try await shard.queue.claim(max: 5)
            case .take: _ = try await shard.queue.take(resource: "a")
            case .done: if let job { try await shard.queue.finish(job, .done) }
            case .retry: if let job { try await shard.queue.finish(job, .retry(after: .zero)) }
            case .release: if let job { try await shard.queue.finish(job, .release) }
            case .throttle: if let job { try await shard.queue.finish(job, .throttled(gate: "g:1", until: 1)) }
            case .exchange: if let job { _ = try await shard.queue.exchange([(job: job, outcome: .done)], max: 5) }
            case .extend: if let job { _ = try await shard.queue.extend([job]) }
            case .promote: _ = try await shard.queue.promoteDue()
            case .reap: _ = try await shard.queue.reap()
            case .cancel: _ = try await shard.queue.cancel(resource: "a")
            case .now: _ = try await shard.queue.runNow(resource: "a")
            case .remove: _ = try await shard.queue.purge(queue: queue)
            }
        } catch {
            // That is the point.
        }
    }

    @Test(
        """
        a script that dies at any of its writes loses no job and leaves nothing behind (guard: the order of the \
        writes in `flush`)
        """, arguments: Step.allCases)
    func death(_ step: Step) async throws {
        let keys = QueueKeys(shard: "x").all([Self.queue]).dropFirst()
        for number in 1...keys.count {
            try await TestShard.with(changing: [set(\.lease, to: .milliseconds(20))]) { shard in
                let job = try await Self.begin(step, shard)
                let key = shard.queue.scriptKeys[number]
                let existed = try await shard.raw("EXISTS", key).integer == 1
                if existed { try await shard.raw("RENAME", key, key + ":kept") }
                try await shard.raw("SET", key, "not of this type")
                await Self.perform(step, job, shard)
                try await shard.raw("DEL", key)
                if existed { try await shard.raw("RENAME", key + ":kept", key) }
                // Whoever asked in vain asks again; nobody else says anything.
                if step == .enqueue { try await shard.queue.enqueue([shard.request(gates: ["g:1"])]) }
                if step == .now { _ = try await shard.queue.runNow(resource: "a") }
                try await Self.expectRecovery(
                    shard, hasEnded: step.mayEnd, what: "\(step), \(key.split(separator: ":").last ?? "")")
            }
        }
    }

    /// The job runs, if it must; then there is nothing.
    private static func expectRecovery(_ shard: TestShard, hasEnded: Bool, what: String) async throws {
        let reaper = Reaper(queue: shard.queue)
        let keys = shard.queue.keys
        let empty = [
            keys.jobs(), keys.active(), keys.slots(), keys.parked(), keys.ready(queue), keys.delayed(queue),
            keys.leases(queue), keys.waits(queue),
        ]
        var runs = 0
        let end = ContinuousClock.now + .seconds(5)
        while true {
            _ = try await reaper.runOnce()
            for job in try await shard.queue.claim(max: 5) {
                if try await shard.finish(job, .done) == .ended { runs += 1 }
            }
            let left = try await shard.client.send(RedisCommand("EXISTS", empty.map { .string($0) })).integer
            if left == 0 && (hasEnded || runs > 0) { break }
            if ContinuousClock.now > end {
                var found: [String] = []
                for key in empty where try await shard.raw("EXISTS", key).integer == 1 { found.append(key) }
                Issue.record("\(what): \(runs) runs, left \(found)")
                return
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(runs <= 2, "\(what)")
    }

    @Test("a token without a record, and a record whose lease is gone, are put right by a round of the reaper")
    func tokens() async throws {
        try await TestShard.with { shard in
            try await shard.raw("HSET", shard.queue.keys.active(), "ghost", "1:7")
            try await shard.raw("ZADD", shard.queue.keys.leases(Self.queue), "1", "phantom")
            let counts = try await shard.reapOnce()
            #expect(counts.expired == 0 && counts.orphaned == 0)
            #expect(try await shard.raw("EXISTS", shard.queue.keys.active()).integer == 0)
            #expect(try await shard.depths() == Depths())
        }
    }

    @Test("an entry at a gate without a job, or of a job that is elsewhere, goes, and nobody's job with it")
    func parked() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("g:1", GateLimit(slots: 0))
            try await shard.queue.enqueue([shard.request(gates: ["g:1"])])
            #expect(try await shard.claim(max: 1).isEmpty)
            for number in 0..<30 {
                try await shard.raw(
                    "ZADD", shard.queue.keys.parked(), "0", "g:1\0ghosts\0000000000000000\(number)\0ghost\(number)")
            }
            try await shard.raw("ZADD", shard.queue.keys.parked(), "0", "g:1\0o\00000000000000000\0a")
            try await shard.queue.setGate("g:1", GateLimit(slots: 2))
            try await shard.eventually("only the job is left") {
                _ = try await shard.queue.promoteDue()
                let depths = try await shard.depths()
                return depths.parked == 0 && depths.ready == 1
            }
            #expect(try await shard.claim(max: 9).map(\.resource) == ["a"])
        }
    }

    @Test("the wait of a job that is gone does not stay the oldest for ever (guard: the reaper's look at waits)")
    func waits() async throws {
        try await TestShard.with { shard in
            try await shard.raw("ZADD", shard.queue.keys.waits(Self.queue), "1", "ghost")
            #expect(try #require(try await shard.status().oldestReady) > .seconds(3_600))
            _ = try await shard.reapOnce()
            #expect(try await shard.status().oldestReady == nil)
            try await shard.raw("ZADD", shard.queue.keys.waits(Self.queue), "1", "ghost")
            let removed = try await shard.queue.purge(queue: Self.queue)
            #expect(removed == 0)
            #expect(try await shard.status().oldestReady == nil)
        }
    }

    @Test("a turn without jobs, and an opening of a gate that nobody waits at, go with the next look")
    func turns() async throws {
        try await TestShard.with { shard in
            try await shard.raw("ZADD", shard.queue.keys.turns(Self.queue), "0", "ghost")
            try await shard.raw("ZADD", shard.queue.keys.reopen(), "1", "g:1")
            #expect(try await shard.claim(max: 1).isEmpty)
            #expect(try await shard.status().organizations == 0)
            #expect(try await shard.raw("EXISTS", shard.queue.keys.reopen()).integer == 0)
        }
    }

    @Test("a server that has lost its scripts is given them again (guard: NOSCRIPT in the client)")
    func lostScripts() async throws {
        try await PrivateRedisServer.with { server in
            try await SharedRedis.withClient(server.configuration) { client in
                let shard = TestShard(queue: JobQueue(client: client, settings: JobQueueSettings()), client: client)
                try await shard.queue.establishEpoch(1)
                try await shard.queue.enqueue([shard.request()])
                try await shard.raw("SCRIPT", "FLUSH")
                let job = try await shard.claimOne()
                try await shard.raw("SCRIPT", "FLUSH")
                #expect(try await shard.finish(job, .done) == .ended)
            }
        }
    }
}
