import Synchronization

@testable import JobQueue

/// What ran, in order; written from any task.
final class Journal: Sendable {
    private let entries = Mutex<[String]>([])

    var all: [String] { entries.withLock { $0 } }

    func add(_ entry: String) { entries.withLock { $0.append(entry) } }
}

/// A pool beside a test.
enum TestPool {
    /// Runs a pool beside `body`, stops it, and returns when it has.
    static func with(
        _ shard: TestShard, _ settings: WorkerPoolSettings = WorkerPoolSettings(concurrency: 4),
        handler: @escaping WorkerPool.Handler, _ body: (WorkerPool) async throws -> Void
    ) async throws {
        let pool = WorkerPool(queue: shard.queue, settings: settings, handler: handler)
        async let end: Void = pool.run()
        do {
            try await body(pool)
        } catch {
            pool.stop()
            await end
            throw error
        }
        pool.stop()
        await end
    }

    static func identity(_ name: String) -> WorkerIdentity {
        WorkerIdentity(name: name, host: "host", processID: 7, version: "1.0", startedAt: 1)
    }
}
