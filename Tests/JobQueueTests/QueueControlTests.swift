import Redis
import Synchronization
import Testing

@testable import JobQueue

/// What an operator does to queues and jobs.
@Suite(.needsSharedRedis) struct QueueControlTests {
    private static var two: [(inout JobQueueSettings) -> Void] { [set(\.queues, to: ["first", "second"])] }

    @Test("a paused queue accepts jobs and gives none out until it is resumed (guard: the pause in the claim)")
    func pause() async throws {
        try await TestShard.with(changing: Self.two) { shard in
            let isNew = try await shard.queue.pause(queue: "first")
            let isOld = try await shard.queue.pause(queue: "first")
            #expect(isNew && !isOld)
            let outcomes = try await shard.enqueue([
                shard.request("a", queue: "first"), shard.request("b", queue: "second"),
            ])
            #expect(outcomes == [.created, .created])
            #expect(try await shard.claim(max: 9).map(\.resource) == ["b"])
            let status = try await shard.status("first")
            #expect(status.isPaused && !status.isDraining && status.ready == 1)
            #expect(try await shard.queue.resume(queue: "first") as Bool)
            #expect(try await shard.claim(max: 9).map(\.resource) == ["a"])
            let again = try await shard.queue.resume(queue: "first")
            #expect(!again)
        }
    }

    @Test("a drained queue asks its running jobs to go back, with no attempt spent; the others go on")
    func drain() async throws {
        try await TestShard.with(changing: Self.two + [set(\.heartbeat, to: .milliseconds(30))]) { shard in
            let journal = Journal()
            try await TestPool.with(
                shard,
                handler: { job, context in
                    journal.add("\(job.resource)+")
                    while !context.shouldStop && !Task.isCancelled {
                        do { try await Task.sleep(for: .milliseconds(2)) } catch { break }
                    }
                    journal.add("\(job.resource) \(context.stopReason == .draining)")
                    return .retry()
                }
            ) { pool in
                try await shard.queue.enqueue([shard.request("a", queue: "first"), shard.request("b", queue: "second")])
                try await shard.eventually("both run") { Set(journal.all) == ["a+", "b+"] }
                #expect(try await shard.queue.drain(queue: "first") as Bool)
                try await shard.eventually("it is drained") { try await shard.status("first").active == 0 }
                #expect(journal.all.contains("a true") && pool.running == 1)
                #expect(try await shard.detail("a")?.attempt == 0)
                let status = try await shard.status("first")
                #expect(status.isPaused && status.isDraining && status.ready == 1)
                try await shard.queue.resume(queue: "first")
                try await shard.eventually("it goes on") { journal.all.count { $0 == "a+" } == 2 }
            }
        }
    }

    @Test("claims take from the queues named only, the first before the second")
    func order() async throws {
        try await TestShard.with(changing: Self.two) { shard in
            for queue in ["second", "first"] {
                try await shard.queue.enqueue((0..<3).map { shard.request("\(queue)\($0)", queue: queue) })
            }
            let first = try await shard.queue.claimNext(max: 4).jobs.map(\.queue)
            #expect(first == ["first", "first", "first", "second"])
            let none = try await shard.queue.claimNext(max: 4, from: ["first"]).jobs
            #expect(none.isEmpty)
            let rest = try await shard.queue.claimNext(max: 4, from: ["second", "first"]).jobs
            #expect(rest.map(\.queue) == ["second", "second"])
        }
    }

    @Test("an unknown queue is refused, for requests, claims and controls")
    func unknown() async throws {
        try await TestShard.with { shard in
            await #expect(throws: JobQueueError.unknownQueue("x")) {
                try await shard.queue.enqueue([shard.request(queue: "x")])
            }
            await #expect(throws: JobQueueError.unknownQueue("x")) {
                try await shard.queue.claimNext(max: 1, from: ["x"])
            }
            await #expect(throws: JobQueueError.unknownQueue("x")) {
                try await shard.queue.exchange([], max: 1, from: ["x"])
            }
            await #expect(throws: JobQueueError.unknownQueue("x")) { try await shard.queue.pause(queue: "x") }
            await #expect(throws: JobQueueError.unknownQueue("x")) { try await shard.queue.purge(queue: "x") }
        }
    }

    @Test("pools of several queues hear of work in each of theirs, and of no other (guard: a wake list a queue)")
    func wakeUps() async throws {
        try await TestShard.with(changing: Self.two) { shard in
            var both = WorkerPoolSettings(concurrency: 2)
            both.idleWait = .seconds(3_600)
            var second = both
            second.queues = ["second"]
            let journal = Journal()
            try await TestPool.with(shard, both, handler: { _, _ in .done }) { wide in
                try await TestPool.with(
                    shard, second,
                    handler: { job, _ in
                        journal.add(job.queue)
                        return .done
                    }
                ) { narrow in
                    for round in 1...20 {
                        try await shard.eventually("both listen") {
                            wide.state.withLock { $0.isListening } && narrow.state.withLock { $0.isListening }
                        }
                        try await shard.queue.enqueue([
                            shard.request("a\(round)", queue: "first"), shard.request("b\(round)", queue: "second"),
                        ])
                        try await shard.eventually("both have run") {
                            wide.counts.finished + narrow.counts.finished == 2 * round
                        }
                    }
                    #expect(wide.counts.finished >= 20)
                }
            }
            #expect(!journal.all.contains("first"))
        }
    }

    @Test("resuming a queue wakes an idle pool (guard: the wake-up in the deed `resume`)")
    func resumeWakes() async throws {
        try await TestShard.with { shard in
            var settings = WorkerPoolSettings(concurrency: 1)
            settings.idleWait = .seconds(3_600)
            try await shard.queue.pause(queue: JobQueueSettings.defaultQueue)
            try await shard.queue.enqueue((0..<5).map { shard.request("r\($0)") })
            try await TestPool.with(shard, settings, handler: { _, _ in .done }) { pool in
                try await shard.eventually("the pool listens") { pool.state.withLock { $0.isListening } }
                #expect(pool.counts.claimed == 0)
                try await shard.queue.resume(queue: JobQueueSettings.defaultQueue)
                try await shard.eventually("all have run") { pool.counts.finished == 5 }
            }
        }
    }

    @Test("a purge removes what waits, in whatever state, of one queue only, and leaves what runs")
    func purge() async throws {
        try await TestShard.with(changing: Self.two) { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 0))
            let later = try await shard.serverTime() + 3_600_000
            // Those of the other queue stand before them at the gate.
            for queue in ["second", "first"] {
                try await shard.queue.enqueue(
                    (0..<20).map { shard.request("\(queue) p\($0)", queue: queue, gates: ["host:a"]) })
            }
            #expect(try await shard.claim(max: 50).isEmpty)
            #expect(try await shard.depths().parked == 40)
            for queue in ["first", "second"] {
                try await shard.queue.enqueue([shard.request("\(queue) runs", queue: queue)])
                try await shard.queue.enqueue([shard.request("\(queue) later", queue: queue, notBefore: later)])
            }
            #expect(try await shard.claim(max: 9).count == 2)
            try await shard.queue.enqueue([
                shard.request("first ready", queue: "first"), shard.request("second ready", queue: "second"),
            ])
            var removed = 0
            while true {
                let some = try await shard.queue.purge(queue: "second", limit: 7)
                #expect(some <= 7)
                if some == 0 { break }
                removed += some
            }
            #expect(removed == 22)
            let second = try await shard.status("second")
            #expect(second.ready == 0 && second.delayed == 0 && second.active == 1 && second.totals["removed"] == 22)
            let first = try await shard.status("first")
            #expect(first.ready == 1 && first.delayed == 1 && first.active == 1)
            #expect(try await shard.depths().parked == 20)
        }
    }

    @Test("a delayed job that is wanted now is ready at once and goes first; a running or absent one is not touched")
    func runNow() async throws {
        try await TestShard.with { shard in
            let later = try await shard.serverTime() + 3_600_000
            try await shard.queue.enqueue([
                shard.request("other", priority: .pushed),
                shard.request("later", priority: .backfill, notBefore: later),
                shard.request("ready", priority: .backfill),
            ])
            for resource in ["later", "ready"] { #expect(try await shard.queue.runNow(resource: resource) as Bool) }
            let jobs = try await shard.queue.claim(max: 9)
            #expect(Set(jobs.prefix(2).map(\.resource)) == ["later", "ready"])
            #expect(jobs.count == 3 && jobs[0].priority == .interactive)
            let running = try await shard.queue.runNow(resource: "later")
            let absent = try await shard.queue.runNow(resource: "nobody")
            #expect(!running && !absent)
            let depths = try await shard.depths()
            #expect(depths.ready == 0 && depths.delayed == 0 && depths.active == 3)
        }
    }

    @Test("a job that waits is cancelled at once, wherever it waits", arguments: ["ready", "delayed", "parked"])
    func cancelWaiting(_ state: String) async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 0))
            let later = try await shard.serverTime() + 3_600_000
            try await shard.queue.enqueue([
                shard.request(
                    gates: state == "parked" ? ["host:a"] : [], notBefore: state == "delayed" ? later : nil)
            ])
            if state == "parked" { #expect(try await shard.claim(max: 1).isEmpty) }
            let result = try await shard.queue.cancel(resource: "a")
            let again = try await shard.queue.cancel(resource: "a")
            #expect(result == .removed && again == .absent)
            #expect(try await shard.depths() == Depths())
            #expect(try await shard.claim(max: 1).isEmpty)
            #expect(try await shard.status().oldestReady == nil)
        }
    }

    @Test(
        "a running job that is cancelled is told by its heartbeat, its task is cancelled, and it is gone",
        arguments: [false, true])
    func cancelRunning(askedMeanwhile: Bool) async throws {
        try await TestShard.with(changing: [set(\.heartbeat, to: .milliseconds(30))]) { shard in
            let reasons = Mutex<[StopReason?]>([])
            try await TestPool.with(
                shard,
                handler: { _, context in
                    if reasons.withLock({ !$0.isEmpty }) { return .done }
                    do { try await Task.sleep(for: .seconds(60)) } catch {}
                    reasons.withLock { $0.append(context.stopReason) }
                    return .retry(because: JobFailure(code: "cancelled", text: "it was cancelled"))
                }
            ) { pool in
                try await shard.queue.enqueue([shard.request()])
                try await shard.eventually("it runs") { pool.running == 1 }
                if askedMeanwhile { #expect(try await shard.enqueue([shard.request()]) == [.markedDirty]) }
                let result = try await shard.queue.cancel(resource: "a")
                #expect(result == .asked)
                // What somebody asked for after its start is not what was cancelled: it runs once more.
                let runs = askedMeanwhile ? 2 : 1
                try await shard.eventually("it has ended") { pool.counts.finished == runs }
                #expect(reasons.withLock { $0 } == [.cancelled])
                #expect(try await shard.detail() == nil)
                #expect(try await shard.status().totals["cancel"] == 1)
            }
        }
    }

    @Test(
        """
        a wish to cancel is kept when the run fails before its heartbeat could tell it (guard: the cancel in \
        finishing.lua)
        """, arguments: [JobOutcome.retry(after: .zero), .release, .throttled(gate: "host:a", until: 1)])
    func cancelRace(_ outcome: JobOutcome) async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request()])
            let job = try await shard.claimOne()
            let result = try await shard.queue.cancel(resource: "a")
            #expect(result == .asked)
            #expect(try await shard.detail()?.isCancelRequested == true)
            #expect(try await shard.finish(job, outcome) == .ended)
            #expect(try await shard.detail() == nil)
        }
    }

    @Test("a wish to cancel a run whose worker is gone is kept by the reaper")
    func cancelLost() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request()])
            _ = try await shard.claimOne()
            _ = try await shard.queue.cancel(resource: "a")
            try await shard.expireLease(of: "a")
            #expect(try await shard.reapOnce().expired == 1)
            #expect(try await shard.detail() == nil)
            #expect(try await shard.depths() == Depths())
        }
    }

    @Test("a wish to cancel an earlier run is not told to the next (guard: the token in the cancel mark)")
    func cancelLeftover() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request()])
            _ = try await shard.claimOne()
            _ = try await shard.queue.cancel(resource: "a")
            // A finish that died before it had removed the mark.
            let mark = try #require(try await shard.raw("HGET", shard.queue.keys.control(), "cancel a").string)
            try await shard.raw("DEL", shard.queue.keys.jobs(), shard.queue.keys.active(), shard.queue.keys.control())
            try await shard.raw("HSET", shard.queue.keys.control(), "cancel a", mark)
            try await shard.queue.enqueue([shard.request()])
            let job = try await shard.claimOne()
            #expect(try await shard.detail()?.isCancelRequested == false)
            #expect(try await shard.finish(job, .retry(after: .zero)) == .waiting)
        }
    }

    @Test(
        "one job is taken by its name, past its gates and its queue's pause, wherever it waits",
        arguments: ["ready", "delayed", "parked"])
    func take(_ state: String) async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 0))
            let later = try await shard.serverTime() + 3_600_000
            let gates = state == "delayed" ? [] : ["host:a"]
            try await shard.queue.enqueue([
                shard.request(gates: gates, notBefore: state == "delayed" ? later : nil), shard.request("other"),
            ])
            if state == "parked" { #expect(try await shard.claim(max: 9).map(\.resource) == ["other"]) }
            try await shard.queue.pause(queue: JobQueueSettings.defaultQueue)
            let taken = try await shard.queue.take(resource: "a", worker: "me")
            let job = try #require(taken)
            #expect(job.resource == "a" && job.attempt == 1 && job.gates == gates)
            let again = try await shard.queue.take(resource: "a")
            let nobody = try await shard.queue.take(resource: "nobody")
            #expect(again == nil && nobody == nil)
            let detail = try #require(try await shard.detail())
            #expect(detail.state == .active && detail.worker == "me" && detail.token == job.token)
            #expect(try await shard.extend([job]).isEmpty)
            #expect(try await shard.finish(job, .done) == .ended)
            #expect(try await shard.depths().parked == 0)
            #expect(try await shard.gate("host:a")?.slotsUsed == 0)
        }
    }
}
