/// How one queue of a shard stands, at one moment.
package struct QueueStatus: Sendable, Hashable {
    package let name: String
    /// Whether nobody may claim from it.
    package var isPaused = false
    /// Whether its running jobs are asked to go back, too.
    package var isDraining = false
    /// Jobs that could run now.
    package var ready = 0
    /// Jobs whose time has not come.
    package var delayed = 0
    /// Jobs that are running.
    package var active = 0
    /// Organizations that have ready jobs.
    package var organizations = 0
    /// How long the oldest ready job has been due; nil if there is none. The signal to scale on.
    package var oldestReady: Duration?
    /// What happened since the shard's keys were made: `enqueued`, `done`, `retry`, `again`, `release`, `throttle`, `dead`,
    /// `crash`, `cancel`, `removed`, `stale` (finishes refused), `expired` and `orphaned` (jobs rescued).
    package var totals: [String: Int64] = [:]

    package init(name: String) { self.name = name }
}
