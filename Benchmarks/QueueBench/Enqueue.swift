import ArgumentParser
import JobQueue

/// Single awaited enqueues, from many tasks at once.
struct Enqueue: AsyncParsableCommand {
    @OptionGroup var target: Target
    @Option var jobs = 200_000
    @Option var tasks = 64

    func run() async throws {
        let queue = try await target.freshQueue()
        let clock = ContinuousClock()
        let took = try await clock.measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<tasks {
                    group.addTask { [jobs, tasks] in
                        for number in stride(from: task, to: jobs, by: tasks) {
                            try await queue.enqueue([request(number)])
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        show(["single_enqueue_per_second": Double(jobs) / seconds(took)])
    }
}
