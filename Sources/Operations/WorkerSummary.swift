package import JobQueue

/// How a worker is, over all shards.
package struct WorkerSummary: Sendable, Hashable {
    /// The raw values are those of the command line and the API.
    package enum State: String, Sendable, Hashable, CaseIterable {
        case working
        /// It claims no more.
        case quiet
        /// It drains and ends.
        case stopping
        /// Not heard of for a lease: it is gone, or cut off, and its jobs are being rescued.
        case silent
    }

    package let identity: WorkerIdentity
    package let state: State
    package let queues: [String]
    package let concurrency: Int
    /// How many jobs it says that it runs.
    package let running: Int
    /// Resident memory of its process.
    package let memoryBytes: Int64
    /// Since it was last heard of.
    package let heartbeatAge: Duration

    package var name: String { identity.name }

    /// - Parameters:
    ///   - statuses: what it told each shard, not empty, each with how long ago that was.
    ///   - lease: silence beyond which it counts as gone.
    init?(_ statuses: [(status: WorkerStatus, age: Duration)], lease: Duration) {
        guard let first = statuses.first else { return nil }
        identity = first.status.identity
        let age = statuses.map(\.age).min() ?? .zero
        heartbeatAge = max(.zero, age)
        let states = statuses.map(\.status.state)
        state =
            age > lease
            ? .silent
            : states.contains(.stopping) ? .stopping : states.allSatisfy { $0 == .quiet } ? .quiet : .working
        var queues: [String] = []
        for name in statuses.flatMap(\.status.queues) where !queues.contains(name) { queues.append(name) }
        self.queues = queues
        concurrency = statuses.reduce(0) { $0 + $1.status.concurrency }
        running = statuses.reduce(0) { $0 + $1.status.running }
        memoryBytes = statuses.map(\.status.memoryBytes).max() ?? 0
    }
}
