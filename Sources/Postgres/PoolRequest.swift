/// One closure on its way to a connection.
final class PoolRequest: Sendable {
    let cancellation: Cancellation
    /// Runs the closure on the connection's thread, and returns what resumes the waiting task: the thread calls it once
    /// it has made its seat free, so that a task that comes back at once finds it.
    let perform: @Sendable (ConnectionHolder, Cancellation) -> @Sendable () -> Void
    /// Resumes the waiting task with an error, in place of `perform`.
    let refuse: @Sendable (PostgresError) -> Void

    init(
        cancellation: Cancellation,
        perform: @escaping @Sendable (ConnectionHolder, Cancellation) -> @Sendable () -> Void,
        refuse: @escaping @Sendable (PostgresError) -> Void
    ) {
        self.cancellation = cancellation
        self.perform = perform
        self.refuse = refuse
    }
}
