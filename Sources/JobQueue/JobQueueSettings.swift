/// The parameters of one shard of the queue.
package struct JobQueueSettings: Sendable, Hashable {
    /// The queue of requests that name none.
    package static let defaultQueue = "default"

    /// Name of the shard, the hash tag of its keys.
    package var shard: String
    /// The queues of the shard. All processes of an installation must name the same, in the same order.
    package var queues: [String]
    /// How long a claim is good without a heartbeat.
    package var lease: Duration = .seconds(10)
    /// Time between heartbeats; well below a third of the lease, so that two may fail.
    package var heartbeat: Duration = .seconds(3)
    /// Time between two rounds of the reaper.
    package var reaperInterval: Duration = .seconds(2)
    /// Silence after which a worker is forgotten.
    package var workerSilence: Duration = .seconds(60)
    /// One step of priority counts as much as this long a wait: what keeps backfills from starving.
    package var agingStep: Duration = .seconds(60)
    /// For jobs that fail without naming a time.
    package var backoff = RetryBackoff()
    /// Requests, claims, finishes or heartbeats in one call of a script; more are sent as several calls.
    package var batch = 100
    /// Due jobs made ready, and jobs rescued, in one call.
    package var maintenanceBatch = 500

    package init(shard: String = "0", queues: [String] = [JobQueueSettings.defaultQueue]) {
        self.shard = shard
        self.queues = queues
    }
}
