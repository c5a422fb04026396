/// The parameters of a worker pool.
package struct WorkerPoolSettings: Sendable, Hashable {
    /// How many jobs run at once.
    package var concurrency: Int
    /// Time that jobs have after ``WorkerPool/stop()`` to reach a checkpoint before their tasks are cancelled.
    package var grace: Duration = .seconds(25)
    /// Time that they have after that before they are given back all the same.
    package var cancellationGrace: Duration = .seconds(3)
    /// How long an idle worker trusts that a wake-up reaches it before it looks by itself.
    package var idleWait: Duration = .seconds(5)
    /// First pause after Redis failed; doubles with each failure in a row.
    package var failureBase: Duration = .milliseconds(100)
    /// Longest pause after Redis failed.
    package var failureCap: Duration = .seconds(2)

    /// - Parameter concurrency: at least 1.
    package init(concurrency: Int = 16) { self.concurrency = max(1, concurrency) }
}
