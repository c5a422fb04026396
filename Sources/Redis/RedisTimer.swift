internal import NIOCore

/// A call, or calls, to come on a client's event loop, until it is cancelled.
package struct RedisTimer: Sendable {
    private enum Task {
        case once(Scheduled<Void>)
        case repeated(RepeatedTask)
    }

    private let task: Task

    init(_ scheduled: Scheduled<Void>) { task = .once(scheduled) }
    init(_ repeated: RepeatedTask) { task = .repeated(repeated) }

    /// No call begins after this has reached the event loop; a call that runs just now runs to its end.
    package func cancel() {
        switch task {
        case .once(let scheduled): scheduled.cancel()
        case .repeated(let repeated): repeated.cancel()
        }
    }
}
