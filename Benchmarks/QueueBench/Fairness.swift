import ArgumentParser
import JobQueue

/// A hundred organizations, one with very many waiting jobs, each of some milliseconds: how long another's single job waits.
struct Fairness: AsyncParsableCommand {
    @OptionGroup var target: Target
    @Option var jobs = 100_000
    @Option var organizations = 100
    @Option(help: "Milliseconds that each job takes.") var length = 5
    @Option var rounds = 50

    func run() async throws {
        let queue = try await target.freshQueue()
        try await queue.enqueue((0..<jobs).map { request($0, organization: "many") })
        for number in 1..<organizations {
            try await queue.enqueue([request(jobs + number, organization: "o\(number)")])
        }
        let starts = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
        let pool = WorkerPool(queue: queue, settings: WorkerPoolSettings(concurrency: 16)) { [length] job, _ in
            if job.organization == "single" { starts.continuation.yield(.now) }
            do { try await Task.sleep(for: .milliseconds(length)) } catch { return .release }
            return .done
        }
        async let running: Void = pool.run()
        var started = starts.stream.makeAsyncIterator()
        var waits: [Double] = []
        for round in 0..<rounds {
            let asked = ContinuousClock.now
            try await queue.enqueue([request(jobs * 2 + round, organization: "single")])
            guard let start = await started.next() else { break }
            waits.append(seconds(asked.duration(to: start)) * 1_000)
        }
        pool.stop()
        await running
        waits.sort()
        show(["fair_wait_p50_ms": waits[waits.count / 2], "fair_wait_max_ms": waits[waits.count - 1]])
    }
}
