import Foundation
import Redis
import Synchronization
import Testing

@testable import JobQueue

/// Failures, crashes, dead letters and stuck jobs of a pool.
@Suite(.needsSharedRedis) struct WorkerPoolFailureTests {
    private static let failure = JobFailure(code: "broken", text: "it is broken")

    @Test("a job that is given up is buried before the queue forgets it, and then it is gone")
    func bury() async throws {
        try await TestShard.with { shard in
            let buried = Mutex<[GivenUpJob]>([])
            var settings = WorkerPoolSettings(concurrency: 2)
            settings.bury = { dead in
                let detail = try await shard.queue.job(resource: dead.job.resource)
                #expect(detail?.state == .active)
                buried.withLock { $0.append(dead) }
            }
            try await TestPool.with(shard, settings, handler: { _, _ in .dead(Self.failure) }) { pool in
                try await shard.queue.enqueue([shard.request()])
                try await shard.eventually("it is dead") { pool.counts.finished == 1 }
                #expect(buried.withLock { $0.map(\.failure) } == [Self.failure])
                #expect(try await shard.detail() == nil)
                #expect(try await shard.status().totals["dead"] == 1)
            }
        }
    }

    @Test("a job that could not be buried is tried again instead (guard: the order of bury and finish)")
    func buryFails() async throws {
        struct NoDatabase: Error {}
        try await TestShard.with(changing: [set(\.backoff, to: RetryBackoff(base: .zero, cap: .zero))]) { shard in
            let tries = Mutex(0)
            var settings = WorkerPoolSettings(concurrency: 1)
            settings.bury = { _ in
                let number = tries.withLock { tries in
                    tries += 1
                    return tries
                }
                if number < 3 { throw NoDatabase() }
            }
            try await TestPool.with(shard, settings, handler: { _, _ in .dead(Self.failure) }) { pool in
                try await shard.queue.enqueue([shard.request()])
                try await shard.eventually("it is dead") { try await shard.status().totals["dead"] == 1 }
                #expect(tries.withLock { $0 } == 3 && pool.counts.finished == 3)
                #expect(try await shard.status().totals["retry"] == 2)
            }
        }
    }

    @Test("after its last attempt a failing job is given up")
    func attempts() async throws {
        try await TestShard.with(changing: [set(\.backoff, to: RetryBackoff(base: .zero, cap: .zero))]) { shard in
            let journal = Journal()
            var settings = WorkerPoolSettings(concurrency: 1)
            settings.maximumAttempts = 4
            settings.bury = { journal.add("buried \($0.job.attempt) \($0.failure.code)") }
            try await TestPool.with(
                shard, settings,
                handler: { job, _ in
                    journal.add("\(job.attempt)")
                    return .retry(because: Self.failure)
                }
            ) { pool in
                try await shard.queue.enqueue([shard.request()])
                try await shard.eventually("it is given up") { pool.counts.finished == 4 }
                #expect(journal.all == ["1", "2", "3", "4", "buried 4 broken"])
                #expect(try await shard.detail() == nil)
            }
        }
    }

    @Test("a job whose worker vanished runs apart, by `isolate`; others don't")
    func suspects() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request("suspect")])
            _ = try await shard.claimOne()
            try await shard.expireLease(of: "suspect")
            #expect(try await shard.reapOnce().expired == 1)
            let journal = Journal()
            var settings = WorkerPoolSettings(concurrency: 2)
            settings.isolate = { job, _ in
                journal.add("apart \(job.resource) \(job.crashes)")
                return .done
            }
            try await TestPool.with(
                shard, settings,
                handler: { job, _ in
                    journal.add("together \(job.resource)")
                    return .done
                }
            ) { pool in
                try await shard.queue.enqueue([shard.request("other")])
                try await shard.eventually("both have run") { pool.counts.finished == 2 }
            }
            #expect(Set(journal.all) == ["apart suspect 0", "together other"])
        }
    }

    @Test("only crashes alone count; three in a row and it is dead; a run that survives starts the count anew")
    func crashes() async throws {
        try await TestShard.with(changing: [set(\.backoff, to: RetryBackoff(base: .zero, cap: .zero))]) { shard in
            let journal = Journal()
            // Two crashes, a run that fails but survives, then crashes for good.
            let outcomes = Mutex<[JobOutcome]>([
                .crashed(Self.failure), .crashed(Self.failure), .retry(because: Self.failure),
            ])
            let run: WorkerPool.Handler = { job, _ in
                journal.add("\(job.crashes)\(job.isSuspect ? " suspect" : "")")
                return outcomes.withLock { $0.isEmpty ? .crashed(Self.failure) : $0.removeFirst() }
            }
            var settings = WorkerPoolSettings(concurrency: 1)
            settings.isolate = run
            settings.bury = { journal.add("buried \($0.failure.code)") }
            try await shard.queue.enqueue([shard.request()])
            // A lost lease makes it suspect, and counts as no crash.
            _ = try await shard.claimOne()
            try await shard.expireLease(of: "a")
            _ = try await shard.reapOnce()
            try await TestPool.with(shard, settings, handler: run) { _ in
                try await shard.eventually("it is dead") { try await shard.status().totals["dead"] == 1 }
            }
            #expect(
                journal.all == [
                    "0 suspect", "1 suspect", "2 suspect", "0", "1 suspect", "2 suspect", "buried broken",
                ])
        }
    }

    @Test("a suspect that could not be buried stays one, and so does one that is given back unrun")
    func suspicionStays() async throws {
        struct NoDatabase: Error {}
        try await TestShard.with(changing: [set(\.backoff, to: RetryBackoff(base: .zero, cap: .zero))]) { shard in
            try await shard.queue.enqueue([shard.request()])
            let first = try await shard.claimOne()
            #expect(try await shard.finish(first, .crashed(Self.failure)) == .waiting)
            let second = try await shard.claimOne()
            #expect(second.crashes == 1 && second.isSuspect)
            #expect(try await shard.finish(second, .release) == .waiting)
            let third = try await shard.claimOne()
            #expect(third.crashes == 1 && third.isSuspect)
            #expect(try await shard.finish(third, .crashed(Self.failure)) == .waiting)

            let journal = Journal()
            var settings = WorkerPoolSettings(concurrency: 1)
            settings.isolate = { job, _ in
                journal.add("\(job.crashes)")
                return .crashed(Self.failure)
            }
            settings.bury = { _ in if journal.all.count < 3 { throw NoDatabase() } }
            try await TestPool.with(shard, settings, handler: { _, _ in .done }) { _ in
                try await shard.eventually("it is dead") { try await shard.status().totals["dead"] == 1 }
            }
            #expect(journal.all == ["2", "3", "4"])
        }
    }

    @Test("a job that reports no progress for too long is cancelled and fails as stalled; one that reports goes on")
    func stalled() async throws {
        try await TestShard.with(changing: [
            set(\.heartbeat, to: .milliseconds(30)), set(\.lease, to: .seconds(600)),
            set(\.backoff, to: RetryBackoff(base: .seconds(1_000_000), cap: .seconds(1_000_000))),
        ]) { shard in
            var settings = WorkerPoolSettings(concurrency: 2)
            settings.cancellationGrace = .seconds(60)
            // Longer than other tests keep every thread busy.
            settings.progressLimit = { $0 == "look" ? .milliseconds(3_000) : nil }
            let mayEnd = Signal<Void>()
            try await TestPool.with(
                shard, settings,
                handler: { job, context in
                    if job.resource == "lively" {
                        // From an event loop, which no other test can starve.
                        let done = Mutex<Int64>(0)
                        let timer = shard.client.schedule(every: .milliseconds(10)) {
                            context.report(
                                JobProgress(
                                    done: done.withLock { done in
                                        done += 1
                                        return done
                                    }))
                        }
                        _ = await mayEnd.wait()
                        timer.cancel()
                        return .done
                    }
                    do { try await Task.sleep(for: .seconds(60)) } catch {}
                    #expect(context.stopReason == .stalled)
                    return .release
                }
            ) { pool in
                try await shard.queue.enqueue([shard.request("stuck"), shard.request("lively")])
                try await shard.eventually("the stuck one has ended") { pool.counts.finished == 1 }
                mayEnd.fire(())
                try await shard.eventually("both have ended") { pool.counts.finished == 2 }
                let stuck = try #require(try await shard.detail("stuck"))
                #expect(stuck.lastError?.code == "stalled" && stuck.state == .delayed && stuck.attempt == 1)
                #expect(try await shard.detail("lively") == nil)
            }
        }
    }

    @Test(
        """
        a stalled job that ignores its cancellation loses its lease, so that another can run it (guard: the second \
        bound of a stalled job in the heartbeats)
        """
    )
    func stuck() async throws {
        try await TestShard.with(changing: [
            set(\.heartbeat, to: .milliseconds(30)), set(\.lease, to: .milliseconds(600)),
        ]) { shard in
            let mayEnd = Signal<Void>()
            let runs = Journal()
            var settings = WorkerPoolSettings(concurrency: 2)
            settings.progressLimit = { _ in .milliseconds(100) }
            settings.cancellationGrace = .milliseconds(100)
            settings.isolate = { _, _ in
                runs.add("apart")
                return .done
            }
            try await TestPool.with(
                shard, settings,
                handler: { _, _ in
                    runs.add("stuck")
                    _ = await Task { await mayEnd.wait() }.value
                    return .done
                }
            ) { pool in
                try await shard.queue.enqueue([shard.request()])
                let reaper = Reaper(queue: shard.queue)
                try await shard.eventually("another run has ended") {
                    _ = try await reaper.runOnce()
                    return pool.counts.finished == 1
                }
                mayEnd.fire(())
                try await shard.eventually("the stuck one has ended") { pool.running == 0 }
                #expect(runs.all == ["stuck", "apart"] && pool.counts.lost == 1)
            }
        }
    }

    @Test("progress is shown while the job runs, and gone when it has ended")
    func progress() async throws {
        try await TestShard.with(changing: [set(\.heartbeat, to: .milliseconds(30))]) { shard in
            let mayEnd = Signal<Void>()
            try await TestPool.with(
                shard,
                handler: { _, context in
                    context.report(JobProgress(done: 3, total: 10, note: "fetching a folder"))
                    _ = await mayEnd.wait()
                    return .retry(after: .seconds(60))
                }
            ) { pool in
                try await shard.queue.enqueue([shard.request()])
                try await shard.eventually("it is shown") {
                    try await shard.detail()?.progress == JobProgress(done: 3, total: 10, note: "fetching a folder")
                }
                mayEnd.fire(())
                try await shard.eventually("it has ended") { pool.counts.finished == 1 }
                #expect(try await shard.detail()?.progress == nil)
                #expect(try await shard.raw("EXISTS", shard.queue.keys.progress()).integer == 0)
            }
        }
    }

    @Test("each run is observed once, with its outcome, whatever became of it")
    func observed() async throws {
        try await TestShard.with(changing: [set(\.backoff, to: RetryBackoff(base: .zero, cap: .zero))]) { shard in
            let journal = Journal()
            var settings = WorkerPoolSettings(concurrency: 3)
            settings.maximumAttempts = 2
            settings.observe = { run in
                let outcome =
                    switch run.outcome {
                    case .done: "done"
                    case .retry: "retry"
                    case .dead: "dead"
                    case .again, .release, .throttled, .cancelled, .crashed: "other"
                    }
                journal.add("\(run.job.resource)\(run.job.attempt) \(outcome)")
            }
            try await TestPool.with(
                shard, settings, handler: { job, _ in job.resource == "bad" ? .retry(because: Self.failure) : .done }
            ) { pool in
                try await shard.queue.enqueue([shard.request("bad")] + (0..<20).map { shard.request("r\($0)") })
                try await shard.eventually("all have ended") { pool.counts.finished == 22 }
            }
            #expect(journal.all.sorted() == ((0..<20).map { "r\($0)1 done" } + ["bad1 retry", "bad2 dead"]).sorted())
        }
    }
}
