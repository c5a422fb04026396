/// How a shard of the queue stands, at one moment.
package struct ShardOverview: Sendable, Hashable {
    package let shard: String
    package var queues: [QueueStatus]
    /// Jobs that a gate keeps back, in all queues.
    package var parked = 0
    /// Workers that are heard of.
    package var workers = 0

    package init(shard: String, queues: [QueueStatus]) {
        self.shard = shard
        self.queues = queues
    }

    /// A total of all queues; see ``QueueStatus/totals``.
    package func total(_ outcome: String) -> Int64 { queues.reduce(0) { $0 + ($1.totals[outcome] ?? 0) } }
}
