import ArgumentParser
import JobQueue
import Synchronization

/// From just before a job is enqueued to the first line of its handler, on a worker that has nothing else to do.
struct Latency: AsyncParsableCommand {
    @OptionGroup var target: Target
    @Option var rounds = 2_000

    func run() async throws {
        let queue = try await target.freshQueue()
        let clock = ContinuousClock()
        let starts = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        // A worker of its own, on connections of its own.
        let workerQueue = JobQueue(client: try target.client("worker"), settings: queue.settings)
        let pool = WorkerPool(queue: workerQueue, settings: WorkerPoolSettings(concurrency: 4)) { _, _ in
            starts.continuation.yield(ContinuousClock.now)
            return .done
        }
        async let running: Void = pool.run()
        var waits: [Double] = []
        var started = starts.stream.makeAsyncIterator()
        for round in 0..<(rounds + 100) {
            // Long enough for the worker to be idle and listening again; the same for every round.
            try await Task.sleep(for: .milliseconds(2))
            let asked = clock.now
            try await queue.enqueue([request(round, priority: .interactive)])
            guard let start = await started.next() else { break }
            if round >= 100 { waits.append(seconds(asked.duration(to: start)) * 1_000) }
        }
        pool.stop()
        await running
        waits.sort()
        show([
            "start_p50_ms": waits[waits.count / 2], "start_p99_ms": waits[waits.count * 99 / 100],
            "start_max_ms": waits[waits.count - 1],
        ])
    }
}
