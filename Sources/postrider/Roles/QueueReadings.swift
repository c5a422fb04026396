import Redis
import JobQueue
import MetricNames
import Telemetry

/// What the metrics say of the queue, read when they are asked for.
enum QueueReadings {
    static func collect(_ queues: JobQueues) async throws -> [MetricReading] {
        var depths: [String: Int] = ["ready": 0, "delayed": 0, "active": 0, "parked": 0]
        var oldest = 0.0
        var totals: [String: Int64] = [:]
        var workers: [String: Set<String>] = ["active": [], "quiet": [], "draining": []]
        var used: Int64 = 0
        var limit: Int64 = 0
        var refusesEviction = true
        for shard in queues.shards {
            let overview = try await shard.overview()
            depths["parked", default: 0] += overview.parked
            for queue in overview.queues {
                depths["ready", default: 0] += queue.ready
                depths["delayed", default: 0] += queue.delayed
                depths["active", default: 0] += queue.active
                oldest = max(oldest, queue.oldestReady.map { $0 / .seconds(1) } ?? 0)
                totals.merge(queue.totals) { $0 + $1 }
            }
            for worker in try await shard.workers() {
                let state =
                    switch worker.state {
                    case .working: "active"
                    case .quiet: "quiet"
                    case .stopping: "draining"
                    }
                workers[state, default: []].insert(worker.identity.name)
            }
            let server = try await shard.server()
            used += server.usedMemory
            limit += server.maxmemory
            refusesEviction = refusesEviction && server.maxmemoryPolicy == "noeviction"
        }
        return depths.map { MetricReading(PostriderMetrics.queueDepth, $0.key, is: Double($0.value)) }
            + workers.map { MetricReading(PostriderMetrics.workers, $0.key, is: Double($0.value.count)) }
            + [
                MetricReading(PostriderMetrics.queueOldestReady, is: oldest),
                MetricReading(PostriderMetrics.jobsEnqueued, is: Double(totals["enqueued"] ?? 0)),
                MetricReading(PostriderMetrics.jobsRescued, "expired", is: Double(totals["expired"] ?? 0)),
                MetricReading(PostriderMetrics.jobsRescued, "orphaned", is: Double(totals["orphaned"] ?? 0)),
                MetricReading(PostriderMetrics.staleFinishRejected, is: Double(totals["stale"] ?? 0)),
                MetricReading(PostriderMetrics.redisMemoryUsed, is: Double(used)),
                MetricReading(PostriderMetrics.redisMemoryLimit, is: Double(limit)),
                MetricReading(PostriderMetrics.redisNoEviction, is: refusesEviction ? 1 : 0),
            ]
    }
}
