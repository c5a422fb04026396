import Foundation
import Redis
import Testing

@testable import JobQueue

/// A shard of a test's own, on the shared server or on another.
struct TestShard: Sendable {
    let queue: JobQueue
    let client: RedisClient

    /// Runs `body` with a shard whose epoch is established, and removes its keys afterwards.
    static func with<Result: Sendable>(
        changing changes: [(inout JobQueueSettings) -> Void] = [], epoch: Int64? = 1,
        body: (TestShard) async throws -> Result
    ) async throws -> Result {
        try await SharedRedis.withClient { client in
            var settings = JobQueueSettings(shard: UUID().uuidString)
            for change in changes { change(&settings) }
            let shard = TestShard(queue: JobQueue(client: client, settings: settings), client: client)
            if let epoch { try await shard.queue.establishEpoch(epoch) }
            let result = try await body(shard)
            try await shard.removeKeys()
            return result
        }
    }

    /// Removes every key, as a loss of data would.
    func removeKeys() async throws {
        _ = try await client.send(RedisCommand("DEL", queue.scriptKeys.map { .string($0) }))
    }

    // The queue's methods throw errors of one type, which #expect can't carry through an operator; these throw any.

    func enqueue(_ requests: [JobRequest]) async throws -> [EnqueueOutcome] { try await queue.enqueue(requests) }

    func claim(max: Int) async throws -> [ClaimedJob] { try await queue.claim(max: max) }

    func extend(_ jobs: [ClaimedJob]) async throws -> [ClaimedJob] { try await queue.extend(jobs) }

    func finish(_ job: ClaimedJob, _ outcome: JobOutcome, random: Double = 0) async throws -> FinishResult {
        try await queue.finish(job, outcome, random: random)
    }

    func depths() async throws -> Depths { Depths(try await queue.overview()) }

    func currentEpoch() async throws -> Int64? { try await queue.currentEpoch() }

    func reapOnce() async throws -> ReapCounts { try await Reaper(queue: queue).runOnce() }

    func request(
        _ resource: String = "a", organization: String = "o", kind: String = "look",
        queue: String = JobQueueSettings.defaultQueue, gates: [String] = [], priority: JobPriority = .periodic,
        notBefore: Int64? = nil
    ) -> JobRequest {
        JobRequest(
            kind: kind, queue: queue, resource: resource, organization: organization, gates: gates, priority: priority,
            notBefore: notBefore)
    }

    /// A plain command, for states that the scripts don't bring about by themselves.
    @discardableResult
    func raw(_ name: String, _ arguments: String...) async throws -> RedisValue {
        try await client.send(RedisCommand(name, arguments.map { .string($0) }))
    }

    func status(_ queue: String = JobQueueSettings.defaultQueue) async throws -> QueueStatus {
        try #require(try await self.queue.overview().queues.first { $0.name == queue })
    }

    func gate(_ name: String) async throws -> GateStatus? { try await queue.gates().first { $0.name == name } }

    func detail(_ resource: String = "a") async throws -> JobDetail? { try await queue.job(resource: resource) }

    /// Has the lease of a job run out, as if its worker had died.
    func expireLease(of resource: String, queue: String = JobQueueSettings.defaultQueue) async throws {
        try await raw("ZADD", self.queue.keys.leases(queue), "1", resource)
    }

    /// Claims the one job that must be there.
    func claimOne(sourceLocation: SourceLocation = #_sourceLocation) async throws -> ClaimedJob {
        let jobs = try await queue.claim(max: 1)
        return try #require(jobs.first, sourceLocation: sourceLocation)
    }

    /// Milliseconds since 1970 by the server's clock.
    func serverTime() async throws -> Int64 {
        let parts = try await client.send(RedisCommand("TIME")).array ?? []
        return try #require(parts.first?.integer) * 1_000 + (try #require(parts.last?.integer)) / 1_000
    }

    /// Looks until the condition holds, two minutes at most: other tests may keep every thread for long.
    func eventually(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(120)
        while try await !condition() {
            if ContinuousClock.now > end {
                Issue.record("never: \(what)", sourceLocation: sourceLocation)
                return
            }
            // A breath, so that looking does not take the processor from what is looked for.
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Waits, on the server's clock, until a time has passed there.
    func waitUntil(serverTime time: Int64) async throws {
        try await eventually("the server's clock shows \(time)") { try await serverTime() > time }
    }
}
