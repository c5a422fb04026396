import JobQueue

/// How one queue stands, over all shards.
package struct QueueSummary: Sendable, Hashable {
    package let name: String
    /// Jobs that could run now.
    package var ready = 0
    /// Jobs whose time has not come.
    package var delayed = 0
    /// Jobs that a gate keeps back; `nil` where several queues have parked jobs and they weren't counted apart.
    package var parked: Int?
    package var active = 0
    /// Organizations that have ready jobs.
    package var organizations = 0
    /// How long the oldest ready job has been due.
    package var oldestReady: Duration?
    /// Whether nobody may claim from it, in any shard.
    package var isPaused = false
    /// Whether its running jobs are asked to go back, too.
    package var isDraining = false
    /// See ``QueueStatus/totals``.
    package var totals: [String: Int64] = [:]
    /// What it does a minute; `nil` where that isn't known.
    package var rate: QueueRate?

    /// Jobs that wait, for whatever.
    package var waiting: Int { ready + delayed + (parked ?? 0) }

    init(name: String) { self.name = name }

    mutating func add(_ status: QueueStatus) {
        ready += status.ready
        delayed += status.delayed
        active += status.active
        organizations += status.organizations
        if let oldest = status.oldestReady { oldestReady = max(oldest, oldestReady ?? .zero) }
        isPaused = isPaused || status.isPaused
        isDraining = isDraining || status.isDraining
        totals.merge(status.totals, uniquingKeysWith: +)
    }

    /// The queues of all shards, in the order of the first one's.
    static func merge(_ shards: [ShardOverview]) -> [QueueSummary] {
        var queues = shards.first?.queues.map { QueueSummary(name: $0.name) } ?? []
        for index in queues.indices {
            for shard in shards {
                for status in shard.queues where status.name == queues[index].name { queues[index].add(status) }
            }
        }
        let parked = shards.reduce(0) { $0 + $1.parked }
        if parked == 0 || queues.count == 1 {
            for index in queues.indices { queues[index].parked = parked }
        }
        return queues
    }
}
