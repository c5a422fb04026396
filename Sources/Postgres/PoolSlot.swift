internal import Synchronization

/// Holds the continuation of the task that waits for a request, which must exist before the continuation does.
final class PoolSlot<Value: Sendable>: Sendable {
    private let continuation = Mutex<CheckedContinuation<Value, any Error>?>(nil)

    /// Before the request is submitted.
    func fill(_ continuation: CheckedContinuation<Value, any Error>) {
        self.continuation.withLock { $0 = continuation }
    }

    /// Resumes the task. The pool does it once a request.
    func resume(with outcome: Result<Value, any Error>) {
        let continuation = continuation.withLock { held in
            defer { held = nil }
            return held
        }
        continuation?.resume(with: outcome)
    }
}
