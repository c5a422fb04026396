import ArgumentParser
import Foundation
import JobQueue
import Redis

/// A worker and a reaper for trials with processes that are killed, stopped and continued: each job is held for a while, and
/// each start and end is a line on standard output, `start RESOURCE ATTEMPT` and `end RESOURCE RESULT`.
struct Serve: AsyncParsableCommand {
    @OptionGroup var target: Target
    @Option(help: "Milliseconds that each job is held.") var hold = 60_000
    @Option var concurrency = 4
    @Option(help: "Puts so many jobs in first, on an emptied server.") var fresh: Int?

    func run() async throws {
        let queue: JobQueue
        if let fresh {
            queue = try await target.freshQueue()
            try await queue.enqueue((0..<fresh).map { request($0) })
        } else {
            queue = try target.queue()
        }
        let reaper = Task { await Reaper(queue: queue).run() }
        var settings = WorkerPoolSettings(concurrency: concurrency)
        settings.identity = WorkerIdentity(
            name: "bench-\(getpid())", host: "bench", processID: getpid(), version: "bench", startedAt: 0)
        settings.observe = { run in say("end \(run.job.resource) \(run.outcome)") }
        let pool = WorkerPool(queue: queue, settings: settings) { [hold] job, context in
            say("start \(job.resource) \(job.attempt)")
            let end = ContinuousClock.now + .milliseconds(hold)
            while ContinuousClock.now < end {
                if context.shouldStop { return .release }
                do { try await Task.sleep(for: .milliseconds(20)) } catch { return .release }
            }
            return .done
        }
        await pool.run()
        reaper.cancel()
    }
}

/// How many finishes were refused.
struct Stale: AsyncParsableCommand {
    @OptionGroup var target: Target

    func run() async throws { show(["stale": Double(try await target.queue().overview().total("stale"))]) }
}

func say(_ line: String) {
    print(line)
    fflush(nil)
}
