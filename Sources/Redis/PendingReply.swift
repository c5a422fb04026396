internal import NIOCore
internal import Synchronization

/// Commands that were handed in together, and whoever waits for their replies.
///
/// Reply, deadline, lost connection and cancellation race for it from different threads; the first to finish it wins,
/// and the waiter hears exactly one outcome.
final class PendingReply: Sendable {
    /// One result a command; or the one reason why none of them was written.
    typealias Outcome = Result<[Result<RedisValue, RedisError>], RedisError>

    private enum Phase {
        case new
        case waiting(@Sendable (Outcome) -> Void)
        case finishedEarly(Outcome)
        case finished
    }

    private struct State {
        var phase: Phase = .new
        var isWritten = false
        var results: [Result<RedisValue, RedisError>] = []
    }

    /// The commands in RESP.
    let bytes: [UInt8]
    /// Number of commands, and of replies to come.
    let count: Int
    /// When the waiter wants to hear of it at the latest.
    let deadline: NIODeadline
    /// The same as a length of time, counted from the hand-in.
    let timeout: TimeAmount
    private let state = Mutex(State())

    init(_ commands: [RedisCommand], timeout: TimeAmount, now: NIODeadline) {
        var bytes: [UInt8] = []
        for command in commands { command.encode(into: &bytes) }
        self.bytes = bytes
        self.count = commands.count
        self.timeout = timeout
        self.deadline = now + timeout
    }

    /// Names the one who waits. An outcome that came before is delivered at once.
    func whenFinished(_ waiter: @escaping @Sendable (Outcome) -> Void) {
        let early: Outcome? = state.withLock { state in
            switch state.phase {
            case .new:
                state.phase = .waiting(waiter)
                return nil
            case .finishedEarly(let outcome):
                state.phase = .finished
                return outcome
            case .waiting, .finished:
                preconditionFailure("a pending reply has one waiter")
            }
        }
        if let early { waiter(early) }
    }

    /// Marks it as written, unless nobody waits any more; then it must not be written.
    func beginWriting() -> Bool {
        state.withLock { state in
            guard case .waiting = state.phase else { return false }
            state.isWritten = true
            return true
        }
    }

    /// Whether an outcome was decided, so that only its place in the order of replies still counts.
    var isFinished: Bool {
        state.withLock { state in
            switch state.phase {
            case .new, .waiting: false
            case .finishedEarly, .finished: true
            }
        }
    }

    /// The next reply of the server.
    func deliver(_ value: RedisValue) {
        let result: Result<RedisValue, RedisError> =
            if case .error(let error) = value { .failure(.server(error)) } else { .success(value) }
        let ready: (waiter: @Sendable (Outcome) -> Void, outcome: Outcome)? = state.withLock { state in
            guard case .waiting(let waiter) = state.phase else { return nil }
            state.results.append(result)
            guard state.results.count == count else { return nil }
            state.phase = .finished
            return (waiter, .success(state.results))
        }
        if let ready { ready.waiter(ready.outcome) }
    }

    /// The connection that it was written to broke.
    func lose(_ failure: ConnectionFailure) {
        finish(unwritten: .notSent("\(failure)"), written: .unknownWhetherExecuted("\(failure)"))
    }

    /// It was never written, and won't be.
    func refuse(_ error: RedisError) { finish(unwritten: error, written: .unknownWhetherExecuted("\(error)")) }

    /// The deadline passed; `reason` says why there was no connection.
    func expire(reason: String) { finish(unwritten: .notSent(reason), written: .timedOut) }

    /// The waiter's task was cancelled.
    func cancel() {
        finish(unwritten: .cancelled(mayHaveExecuted: false), written: .cancelled(mayHaveExecuted: true))
    }

    /// Decides the outcome by whether the commands were written, unless it was decided before.
    private func finish(unwritten: RedisError, written: RedisError) {
        let ready: (waiter: @Sendable (Outcome) -> Void, outcome: Outcome)? = state.withLock { state in
            let outcome: Outcome
            if state.isWritten {
                // Replies that did come are kept: their commands are known to have been executed.
                let missing = count - state.results.count
                outcome = .success(state.results + Array(repeating: .failure(written), count: missing))
            } else {
                outcome = .failure(unwritten)
            }
            switch state.phase {
            case .new:
                state.phase = .finishedEarly(outcome)
                return nil
            case .waiting(let waiter):
                state.phase = .finished
                return (waiter, outcome)
            case .finishedEarly, .finished:
                return nil
            }
        }
        if let ready { ready.waiter(ready.outcome) }
    }
}
