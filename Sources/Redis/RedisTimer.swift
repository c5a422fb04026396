internal import NIOCore

/// A repeated call on a client's event loop, until it is cancelled.
package struct RedisTimer: Sendable {
    private let task: RepeatedTask

    init(_ task: RepeatedTask) { self.task = task }

    /// No further call begins after this one has returned on the event loop; from elsewhere one more may.
    package func cancel() { task.cancel() }
}
