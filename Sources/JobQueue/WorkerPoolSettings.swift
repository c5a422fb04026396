/// The parameters of a worker pool.
package struct WorkerPoolSettings: Sendable {
    /// How many jobs run at once.
    package var concurrency: Int
    /// The queues to take from, the first before the second; nil for all of the shard's.
    package var queues: [String]?
    /// Who it is, for operators.
    package var identity = WorkerIdentity.unnamed
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
    /// Runs of a job that may fail before it is given up.
    package var maximumAttempts = 12
    /// Times that a job may end its process, alone in it, before it is given up.
    package var maximumCrashes = 3
    /// How long a job of a kind may run without reporting progress; nil for ever. Then its task is cancelled, and if it has
    /// not ended after the ``cancellationGrace`` its lease is left to run out.
    package var progressLimit: @Sendable (_ kind: String) -> Duration? = { _ in nil }
    /// Keeps a job that is given up, before the queue forgets it. If it throws, the job is tried again instead.
    package var bury: @Sendable (GivenUpJob) async throws -> Void = { _ in }
    /// Runs a job whose last worker ended with it, in a process of its own; nil runs it like any other.
    package var isolate: WorkerPool.Handler?
    /// Told of each run that has ended; must not block.
    package var observe: @Sendable (FinishedRun) -> Void = { _ in }

    /// - Parameter concurrency: at least 1.
    package init(concurrency: Int = 16) { self.concurrency = max(1, concurrency) }
}
