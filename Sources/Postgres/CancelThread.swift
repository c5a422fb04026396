internal import Foundation
internal import Synchronization

/// The one thread of a pool that sends cancel requests, since libpq blocks in doing so.
final class CancelThread: Sendable {
    /// One request: asked for by a connection's thread, which watches for its end.
    final class Attempt: Sendable {
        fileprivate let handle: CancelHandle
        fileprivate let requester: Wakeup
        private let done = Atomic(false)

        fileprivate init(handle: CancelHandle, requester: Wakeup) {
            self.handle = handle
            self.requester = requester
        }

        /// Whether libpq has returned: from then on no statement sent later can be hit by it.
        var isDone: Bool { done.load(ordering: .acquiring) }

        fileprivate func perform() {
            handle.send()
            done.store(true, ordering: .releasing)
            requester.signal()
        }
    }

    private struct State {
        var isStarted = false
        var isEnding = false
        var attempts: [Attempt] = []
    }

    private let state = Mutex(State())
    private let wakeup: Wakeup

    init() throws(PostgresError) { wakeup = try Wakeup() }

    /// Queues a cancel request and returns at once; `requester` is signalled when it has been sent.
    func cancel(_ handle: CancelHandle, requester: Wakeup) -> Attempt {
        let attempt = Attempt(handle: handle, requester: requester)
        let mustStart = state.withLock { state in
            state.attempts.append(attempt)
            defer { state.isStarted = true }
            return !state.isStarted
        }
        if mustStart {
            let thread = Thread { [self] in run() }
            thread.name = "postgres-cancel"
            thread.start()
        } else {
            wakeup.signal()
        }
        return attempt
    }

    /// Lets the thread end once its queue is empty. No connection of the pool may be running any more.
    func end() {
        state.withLock { $0.isEnding = true }
        wakeup.signal()
    }

    private func run() {
        while true {
            let (attempts, isEnding) = state.withLock { state in
                defer { state.attempts = [] }
                return (state.attempts, state.isEnding)
            }
            for attempt in attempts { attempt.perform() }
            if attempts.isEmpty {
                if isEnding { return }
                wakeup.wait()
            }
        }
    }
}
