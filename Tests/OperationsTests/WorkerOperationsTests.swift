import Testing

@testable import JobQueue
@testable import Operations

@Suite("Workers over several shards", .needsServers)
struct WorkerOperationsTests {
    private static let identity = WorkerIdentity(
        name: "w", host: "h", processID: 7, version: "1", startedAt: 1_700_000_000_000)

    /// Runs a pool of one worker on each shard beside `body`.
    private static func withWorker(
        _ installation: Installation, _ body: () async throws -> Void
    ) async throws {
        var settings = WorkerPoolSettings(concurrency: 4)
        settings.identity = identity
        let pools = installation.shards.map { shard in
            WorkerPool(queue: shard, settings: settings) { _, _ in .done }
        }
        let outcome: Result<Void, any Error> = await withTaskGroup(of: Void.self) { group in
            for pool in pools { group.addTask { await pool.run() } }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
            for pool in pools { pool.stop() }
            return outcome
        }
        try outcome.get()
    }

    private static func worker(_ installation: Installation) async throws -> WorkerSummary? {
        try await installation.operations.workers().first
    }

    @Test("a worker on two shards is one worker; orders reach both of its pools, and its quiet outlives other orders")
    func orders() async throws {
        try await Installation.with { installation in
            let operations = installation.operations
            try await Self.withWorker(installation) {
                try await installation.eventually("both pools are heard of") {
                    try await Self.worker(installation)?.concurrency == 8
                }
                let worker = try #require(try await Self.worker(installation))
                #expect(worker.identity == Self.identity && worker.state == .working && worker.running == 0)
                #expect(worker.queues == ["default", "other"] && worker.memoryBytes > 0)
                #expect(worker.heartbeatAge < .seconds(10))
                // when it is told to be quiet, then both pools are
                #expect(try await operations.order(.quiet, workers: nil) == ["w"])
                try await installation.eventually("it is quiet") {
                    try await Self.worker(installation)?.state == .quiet
                }
                // when its concurrency changes, then it is divided, and it stays quiet
                try await operations.setConcurrency(5, worker: "w")
                try await installation.eventually("it has another concurrency") {
                    try await Self.worker(installation)?.concurrency == 5
                }
                #expect(try await Self.worker(installation)?.state == .quiet)
                for (shard, count) in zip(installation.shards, [3, 2]) {
                    #expect(try await shard.workers().map(\.concurrency) == [count])
                }
                // when it is told to go on
                try await operations.order(.work, workers: ["w"])
                try await installation.eventually("it works") { try await Self.worker(installation)?.state == .working }
                #expect(try await Self.worker(installation)?.concurrency == 5)
                // and a worker that isn't there is refused, with those that are
                let error = await #expect(throws: OperationsError.self) {
                    try await operations.order(.stop, workers: ["w", "v"])
                }
                #expect(error?.description == "there is no worker v; there is w")
                // when it is told to stop, then it ends and is struck off
                try await operations.order(.stop, workers: ["w"])
                try await installation.eventually("it has gone") { try await operations.workers().isEmpty }
            }
            #expect(
                try await installation.audited() == [
                    "worker.quiet worker:w", "worker.concurrency worker:w", "worker.work worker:w",
                    "worker.stop worker:w",
                ])
        }
    }

    @Test("a worker that isn't heard of for a lease is silent")
    func silence() {
        func summary(_ age: Duration) -> WorkerSummary? {
            let message = WorkerStatus.Message(
                identity: Self.identity, queues: ["default"], concurrency: 4, running: 1, state: .working,
                memoryBytes: 1)
            guard let status = WorkerStatus(text: "1 \(message.text)") else { return nil }
            return WorkerSummary([(status, age)], lease: .seconds(10))
        }
        #expect(summary(.seconds(10))?.state == .working)
        #expect(summary(.milliseconds(10_001))?.state == .silent)
    }
}
