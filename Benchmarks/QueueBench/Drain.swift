import ArgumentParser
import JobQueue
import Synchronization

/// Jobs that do nothing: enqueued in bulk, then claimed, fenced by their tokens and finished by one worker pool.
struct Drain: AsyncParsableCommand {
    @OptionGroup var target: Target
    @Option var jobs = 200_000
    @Option var concurrency = 200
    @Option var organizations = 10

    func run() async throws {
        let queue = try await target.freshQueue()
        let requests = (0..<jobs).map { request($0, organization: "o\($0 % organizations)") }
        let clock = ContinuousClock()
        let enqueued = try await clock.measure { _ = try await queue.enqueue(requests) }

        let done = Mutex(0)
        let ended = AsyncStream.makeStream(of: Void.self)
        let pool = WorkerPool(queue: queue, settings: WorkerPoolSettings(concurrency: concurrency)) { [jobs] _, _ in
            let count = done.withLock { done in
                done += 1
                return done
            }
            if count == jobs { ended.continuation.finish() }
            return .done
        }
        let began = clock.now
        async let running: Void = pool.run()
        for await _ in ended.stream {}
        pool.stop()
        await running
        let took = began.duration(to: clock.now)
        let left = try await queue.overview()
        guard pool.counts.finished == jobs, left.queues.allSatisfy({ $0.ready + $0.active + $0.delayed == 0 }) else {
            throw ValidationError("\(pool.counts) of \(jobs) finished; left: \(left)")
        }
        show([
            "bulk_enqueue_per_second": Double(jobs) / seconds(enqueued),
            "drain_per_second": Double(jobs) / seconds(took),
        ])
    }
}
