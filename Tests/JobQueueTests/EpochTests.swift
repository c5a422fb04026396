import Redis
import Testing

@testable import JobQueue

@Suite struct EpochTests {
    @Test(
        """
        before an epoch is established no script does anything (guard: the epoch check of the prelude)
        """, .needsSharedRedis
    )
    func missing() async throws {
        try await TestShard.with(epoch: nil) { shard in
            let found = try await shard.currentEpoch()
            #expect(found == nil)
            await #expect(throws: JobQueueError.epochMismatch(known: nil, found: nil)) {
                try await shard.queue.enqueue([shard.request()])
            }
            await #expect(throws: JobQueueError.self) { try await shard.queue.claim(max: 1) }
            await #expect(throws: JobQueueError.self) { try await Reaper(queue: shard.queue).runOnce() }
            let keys = shard.queue.scriptKeys.map { RedisArgument.string($0) }
            let existing = try await shard.client.send(RedisCommand("EXISTS", keys)).integer
            #expect(existing == 0)
        }
    }

    @Test("the higher epoch wins, the lower is refused", .needsSharedRedis)
    func ordering() async throws {
        try await TestShard.with(epoch: 5) { shard in
            await #expect(throws: JobQueueError.epochMismatch(known: 4, found: 5)) {
                try await shard.queue.establishEpoch(4)
            }
            try await shard.queue.establishEpoch(5)
            try await shard.queue.establishEpoch(12)
            #expect(try await shard.currentEpoch() == 12)
        }
    }

    @Test("a higher epoch is taken over by whoever meets it; running jobs keep their tokens", .needsSharedRedis)
    func takeOver() async throws {
        try await TestShard.with(epoch: 5) { shard in
            try await shard.queue.enqueue([shard.request()])
            let job = try await shard.claimOne()
            let other = JobQueue(client: shard.client, settings: shard.queue.settings)
            try await other.establishEpoch(6)
            #expect(try await shard.extend([job]).isEmpty)
            #expect(try await shard.finish(job, .again(notBefore: 0)) == .waiting)
            let next = try await shard.claimOne()
            #expect(next.token.epoch == 6 && next.token > job.token)
        }
    }

    @Test(
        """
        a lower epoch than ours means that data was lost: nothing is done (guard: the epoch check of the \
        prelude)
        """, .needsSharedRedis
    )
    func rollBack() async throws {
        try await TestShard.with(epoch: 5) { shard in
            _ = try await shard.client.send(RedisCommand("SET", .string(shard.queue.keys.epoch()), "4"))
            await #expect(throws: JobQueueError.epochMismatch(known: 5, found: 4)) {
                try await shard.queue.enqueue([shard.request()])
            }
            #expect(try await shard.client.send(RedisCommand("EXISTS", .string(shard.queue.keys.jobs()))).integer == 0)
        }
    }

    @Test("after FLUSHALL the queue refuses until a new epoch is established, and then serves", .needsRedisServer)
    func flush() async throws {
        try await PrivateRedisServer.with { server in
            try await SharedRedis.withClient(server.configuration) { client in
                let shard = TestShard(queue: JobQueue(client: client, settings: JobQueueSettings()), client: client)
                try await shard.queue.establishEpoch(1)
                try await shard.queue.enqueue([shard.request()])
                let lost = try await shard.claimOne()

                _ = try await client.send(RedisCommand("FLUSHALL"))
                await #expect(throws: JobQueueError.epochMismatch(known: 1, found: nil)) {
                    try await shard.queue.enqueue([shard.request()])
                }
                await #expect(throws: JobQueueError.epochMismatch(known: 1, found: nil)) {
                    try await shard.queue.finish(lost, .done)
                }
                try await shard.queue.establishEpoch(2)
                let outcomes = try await shard.queue.enqueue([shard.request()])
                #expect(outcomes == [.created])
                let job = try await shard.claimOne()
                #expect(job.token > lost.token)
                let late = try await shard.queue.finish(lost, .done)
                let end = try await shard.queue.finish(job, .done)
                #expect(late == .stale && end == .ended)
            }
        }
    }

    @Test(
        """
        after a loss of data running jobs enter themselves again by their heartbeats; one more run follows \
        what was asked for
        """, .needsSharedRedis, arguments: [true, false]
    )
    func enteredAgain(heartbeatFirst: Bool) async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request("a", priority: .backfill), shard.request("b")])
            let jobs = try await shard.queue.claim(max: 2)
            let a = try #require(jobs.first { $0.resource == "a" })
            let b = try #require(jobs.first { $0.resource == "b" })
            try await shard.removeKeys()
            try await shard.queue.establishEpoch(2)

            // What the rebuild asks for comes after the heartbeats, or before.
            let outcomes: [EnqueueOutcome]
            if heartbeatFirst {
                let lost = try await shard.queue.extend(jobs)
                #expect(lost.isEmpty)
                outcomes = try await shard.queue.enqueue([shard.request("a")])
            } else {
                outcomes = try await shard.queue.enqueue([shard.request("a")])
                let lost = try await shard.queue.extend(jobs)
                #expect(lost.isEmpty)
            }
            #expect(outcomes == [heartbeatFirst ? .markedDirty : .created])
            let between = try await shard.queue.claim(max: 2)
            #expect(between.isEmpty)

            let results = try await shard.queue.finish([(job: a, outcome: .done), (job: b, outcome: .done)])
            #expect(results == [.waiting, .ended])
            let next = try await shard.claimOne()
            #expect(next.resource == "a" && next.token > a.token)
            let end = try await shard.queue.finish(next, .done)
            #expect(end == .ended)
        }
    }

    @Test(
        """
        after a loss of data a heartbeat that is overtaken by its job's finish does not enter the job again, whose next \
        run would wait for a lease to end (guard: the mark of ended runs)
        """, .needsSharedRedis, arguments: [true, false]
    )
    func overtakenHeartbeat(isDirty: Bool) async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request()])
            let job = try await shard.claimOne()
            try await shard.removeKeys()
            try await shard.queue.establishEpoch(2)
            #expect(try await shard.extend([job]).isEmpty)
            if isDirty { #expect(try await shard.enqueue([shard.request()]) == [.markedDirty]) }
            #expect(try await shard.finish(job, .done) == (isDirty ? .waiting : .ended))
            #expect(try await shard.extend([job]) == [job])
            let depths = try await shard.depths()
            #expect(depths.active == 0 && depths.ready == (isDirty ? 1 : 0))
            // The mark goes with the next run.
            if !isDirty { try await shard.queue.enqueue([shard.request()]) }
            #expect(try await shard.finish(try await shard.claimOne(), .done) == .ended)
            #expect(try await shard.raw("EXISTS", shard.queue.keys.control()).integer == 0)
        }
    }

    @Test(
        """
        a job of this epoch that has ended is not entered again by a late heartbeat (guard: the epoch of the \
        token)
        """, .needsSharedRedis
    )
    func lateHeartbeat() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request()])
            let job = try await shard.claimOne()
            try await shard.queue.finish(job, .done)
            let lost = try await shard.queue.extend([job])
            #expect(lost == [job])
            let depths = try await shard.depths()
            #expect(depths == Depths())
        }
    }
}
