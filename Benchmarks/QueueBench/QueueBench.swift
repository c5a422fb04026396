// Measures the queue against a Redis server: one subcommand a figure, one JSON object on standard output. What the
// figures are held against is scripts/bench.d/queue.py's business.
import ArgumentParser
import Foundation
import JobQueue
import Redis

@main
struct QueueBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue-bench", abstract: "Measures the job queue.",
        subcommands: [
            Drain.self, Enqueue.self, Latency.self, Fairness.self, Serve.self, Stale.self, Visits.self,
        ])
}

/// What every measurement needs.
struct Target: ParsableArguments {
    @Option(help: "The Redis server; its data are flushed.") var redis: String

    func client(_ name: String) throws -> RedisClient {
        var configuration = try RedisConfiguration(url: redis)
        configuration.clientName = name
        return RedisClient(configuration)
    }

    /// The queue of these trials, as it is.
    func queue() throws -> JobQueue {
        JobQueue(
            client: try client("bench"),
            settings: JobQueueSettings(shard: "bench", queues: ["sync", "actions", "tasks"]))
    }

    /// The same on an emptied server.
    func freshQueue() async throws -> JobQueue {
        _ = try await client("flush").send(RedisCommand("FLUSHALL"))
        let queue = try queue()
        try await queue.establishEpoch(1)
        return queue
    }
}

func request(_ number: Int, organization: String = "o0", priority: JobPriority = .periodic) -> JobRequest {
    JobRequest(
        kind: "noop", queue: "sync", resource: "read:account-\(number)", organization: organization, priority: priority)
}

/// Prints one object of figures.
func show(_ figures: [String: Double]) {
    let parts = figures.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
    print("{\(parts.joined(separator: ", "))}")
}

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}
