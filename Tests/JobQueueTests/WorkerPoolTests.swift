import Foundation
import Redis
import Synchronization
import Testing

@testable import JobQueue

@Suite(.needsSharedRedis) struct WorkerPoolTests {
    /// One step of a job that goes on whatever happens to its task.
    private static func breathe() async {
        do { try await Task.sleep(for: .milliseconds(1)) } catch { await Task.yield() }
    }

    @Test("every job runs once, and the pool is idle and ready afterwards")
    func endToEnd() async throws {
        try await TestShard.with { shard in
            let journal = Journal()
            try await TestPool.with(
                shard,
                handler: { job, _ in
                    journal.add(job.resource)
                    return .done
                }
            ) { pool in
                let resources = (0..<500).map { "r\($0)" }
                try await shard.queue.enqueue(resources.map { shard.request($0, organization: String($0.last!)) })
                try await shard.eventually("all have run") { pool.counts.finished == 500 }
                #expect(journal.all.sorted() == resources.sorted())
                #expect(pool.lastSuccess != nil && pool.running == 0)
                let depths = try await shard.depths()
                #expect(depths == Depths())
            }
        }
    }

    @Test("an idle pool hears of a job by a wake-up, long before it would look by itself (guard: the wake list)")
    func wakeUp() async throws {
        try await TestShard.with { shard in
            var settings = WorkerPoolSettings(concurrency: 2)
            settings.idleWait = .seconds(3_600)
            try await TestPool.with(shard, settings, handler: { _, _ in .done }) { pool in
                for round in 1...20 {
                    try await shard.eventually("the pool listens") { pool.state.withLock { $0.isListening } }
                    try await shard.queue.enqueue([shard.request()])
                    try await shard.eventually("it has run") { pool.counts.finished == round }
                }
            }
        }
    }

    @Test("an idle pool runs a delayed job when it is due, without a reaper (guard: the wake-up for a nearer due time)")
    func due() async throws {
        try await TestShard.with { shard in
            var settings = WorkerPoolSettings(concurrency: 1)
            settings.idleWait = .seconds(3_600)
            let journal = Journal()
            try await TestPool.with(
                shard, settings,
                handler: { job, _ in
                    journal.add(job.resource)
                    return .done
                }
            ) { pool in
                try await shard.eventually("the pool listens") { pool.state.withLock { $0.isListening } }
                let now = try await shard.serverTime()
                try await shard.queue.enqueue([shard.request("later", notBefore: now + 3_600_000)])
                try await shard.queue.enqueue([shard.request("sooner", notBefore: now + 100)])
                try await shard.eventually("the sooner has run") { pool.counts.finished == 1 }
                let end = try await shard.serverTime()
                #expect(journal.all == ["sooner"] && end >= now + 100)
            }
        }
    }

    @Test("outcomes are passed on: a retry comes again with its attempt, a wish made meanwhile gives one more run")
    func outcomes() async throws {
        try await TestShard.with { shard in
            let journal = Journal()
            try await TestPool.with(
                shard,
                handler: { job, _ in
                    journal.add("\(job.resource)\(job.attempt)")
                    if job.resource == "dirty", journal.all.count(where: { $0 == "dirty1" }) == 1 {
                        do {
                            try await shard.queue.enqueue([shard.request("dirty"), shard.request("dirty")])
                        } catch {
                            Issue.record(error)
                        }
                    }
                    return job.resource == "retry" && job.attempt < 3 ? .retry(after: .zero) : .done
                }
            ) { pool in
                try await shard.queue.enqueue([shard.request("retry"), shard.request("dirty")])
                try await shard.eventually("all have run") { pool.counts.finished == 5 }
                #expect(journal.all.sorted() == ["dirty1", "dirty1", "retry1", "retry2", "retry3"])
            }
        }
    }

    @Test(
        """
        the job of a worker that vanished runs again elsewhere; the vanished one's finish is refused (guards: \
        lease, token)
        """
    )
    func vanishedWorker() async throws {
        try await TestShard.with(changing: [
            set(\.lease, to: .seconds(3)), set(\.heartbeat, to: .seconds(3_600)),
            set(\.reaperInterval, to: .milliseconds(50)),
        ]) { shard in
            let mayEnd = Signal<Void>()
            let started = Signal<Void>()
            let journal = Journal()
            // Its heartbeats never come, as if the process were stopped; its handler goes on and doesn't know.
            try await TestPool.with(
                shard, WorkerPoolSettings(concurrency: 1),
                handler: { job, _ in
                    if job.attempt == 1 {
                        started.fire(())
                        _ = await mayEnd.wait()
                    }
                    journal.add("first \(job.attempt)")
                    return .done
                }
            ) { first in
                try await shard.queue.enqueue([shard.request()])
                _ = await started.wait()
                try await TestPool.with(
                    shard, WorkerPoolSettings(concurrency: 1),
                    handler: { job, _ in
                        journal.add("second \(job.attempt)")
                        return .done
                    }
                ) { second in
                    let reaper = Task { await Reaper(queue: shard.queue).run() }
                    try await shard.eventually("the second has run it") { second.counts.finished == 1 }
                    reaper.cancel()
                    await reaper.value
                }
                mayEnd.fire(())
                try await shard.eventually("the first has ended") { first.running == 0 }
                #expect(journal.all == ["second 2", "first 1"])
                #expect(first.counts.refused == 1 && first.counts.finished == 0)
                let depths = try await shard.depths()
                #expect(depths.staleFinishes == 1)
            }
        }
    }

    @Test("a job that lost its lease is told why and cancelled, and its outcome is not sent")
    func lostLease() async throws {
        try await TestShard.with(changing: [set(\.heartbeat, to: .milliseconds(50))]) { shard in
            let reasons = Mutex<[StopReason?]>([])
            try await TestPool.with(
                shard,
                handler: { job, context in
                    do {
                        try await Task.sleep(for: .seconds(60))
                        return .done
                    } catch {
                        reasons.withLock { $0.append(context.stopReason) }
                        return .retry()
                    }
                }
            ) { pool in
                try await shard.queue.enqueue([shard.request()])
                try await shard.eventually("it runs") { pool.running == 1 }
                _ = try await shard.client.send(
                    RedisCommand("HSET", .string(shard.queue.keys.active()), "a", "1:999"))
                try await shard.eventually("it has ended") { pool.running == 0 }
                #expect(reasons.withLock { $0 } == [.leaseLost])
                #expect(pool.counts.lost == 1 && pool.counts.finished == 0 && pool.counts.refused == 0)
            }
        }
    }

    @Test("heartbeats go on while jobs hold every thread of the cooperative pool (guard: heartbeats on the event loop)")
    func hogs() async throws {
        try await TestShard.with(changing: [
            set(\.lease, to: .milliseconds(1_500)), set(\.heartbeat, to: .milliseconds(100)),
        ]) {
            shard in
            let jobs = ProcessInfo.processInfo.activeProcessorCount
            try await TestPool.with(
                shard, WorkerPoolSettings(concurrency: jobs),
                handler: { job, _ in
                    // Never yields: for more than a lease nothing else runs on this thread.
                    let end = ContinuousClock.now + .milliseconds(2_500)
                    while ContinuousClock.now < end {}
                    return .done
                }
            ) { pool in
                try await shard.queue.enqueue((0..<jobs).map { shard.request("r\($0)") })
                try await shard.eventually("all have ended") {
                    pool.counts.finished + pool.counts.lost + pool.counts.refused == jobs
                }
                #expect(pool.counts.finished == jobs)
                let counts = try await Reaper(queue: shard.queue).runOnce()
                #expect(counts.expired == 0)
            }
        }
    }

    @Test(
        """
        at a stop jobs reach their checkpoint and are released at once, without an attempt spent; nothing \
        stays claimed
        """
    )
    func gracefulStop() async throws {
        try await TestShard.with { shard in
            let started = Journal()
            try await TestPool.with(
                shard, WorkerPoolSettings(concurrency: 3),
                handler: { job, context in
                    started.add(job.resource)
                    while !context.shouldStop { await Self.breathe() }
                    #expect(context.stopReason == .draining && !Task.isCancelled)
                    return .retry()
                }
            ) { pool in
                try await shard.queue.enqueue((0..<10).map { shard.request("r\($0)") })
                try await shard.eventually("three run") { started.all.count == 3 }
            }
            let depths = try await shard.depths()
            #expect(depths.active == 0 && depths.ready == 10 && depths.delayed == 0)
            let jobs = try await shard.queue.claim(max: 10)
            #expect(jobs.count == 10 && jobs.allSatisfy { $0.attempt == 1 })
        }
    }

    @Test("a job that heeds no checkpoint is cancelled after the grace, and one that heeds nothing is given back")
    func stubborn() async throws {
        try await TestShard.with { shard in
            var settings = WorkerPoolSettings(concurrency: 2)
            settings.grace = .milliseconds(50)
            settings.cancellationGrace = .milliseconds(200)
            let pool = WorkerPool(queue: shard.queue, settings: settings) { job, context in
                if job.resource == "sleeper" {
                    do { try await Task.sleep(for: .seconds(60)) } catch {}
                    return .release
                }
                // Until it is no longer its own.
                while context.stopReason != .givenBack { await Self.breathe() }
                return .done
            }
            try await shard.queue.enqueue([shard.request("sleeper"), shard.request("deaf")])
            async let end: Void = pool.run()
            try await shard.eventually("both run") { pool.running == 2 }
            pool.stop()
            await end
            // On a slow machine the sleeper may be given back too, before it wakes.
            #expect(pool.counts.givenBack >= 1 && pool.counts.givenBack + pool.counts.finished == 2)
            let jobs = try await shard.queue.claim(max: 2)
            #expect(jobs.count == 2 && jobs.allSatisfy { $0.attempt == 1 })
        }
    }

    @Test("a pool whose task is cancelled gives everything back")
    func cancelled() async throws {
        try await TestShard.with { shard in
            let pool = WorkerPool(queue: shard.queue, settings: WorkerPoolSettings(concurrency: 4)) { _, _ in
                do { try await Task.sleep(for: .seconds(60)) } catch {}
                return .retry()
            }
            try await shard.queue.enqueue((0..<4).map { shard.request("r\($0)") })
            let run = Task { await pool.run() }
            try await shard.eventually("all run") { pool.running == 4 }
            run.cancel()
            await run.value
            let depths = try await shard.depths()
            #expect(depths.active == 0 && depths.ready == 4)
        }
    }
}
