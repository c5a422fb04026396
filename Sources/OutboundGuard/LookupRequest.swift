import Synchronization

/// One look-up between the task that awaits it and the thread that does it: whoever finishes it first wins.
final class LookupRequest: Sendable {
    enum Outcome: Sendable, Hashable {
        case answered(LookupAnswer)
        case timedOut
        case cancelled
    }

    private enum State {
        case open
        case awaited(CheckedContinuation<Outcome, Never>)
        case finished(Outcome)
    }

    let host: String
    private let state = Mutex(State.open)

    init(host: String) {
        self.host = host
    }

    var isFinished: Bool {
        state.withLock { state in
            switch state {
            case .open, .awaited: false
            case .finished: true
            }
        }
    }

    func finish(_ outcome: Outcome) {
        let waiter: CheckedContinuation<Outcome, Never>? = state.withLock { state in
            switch state {
            case .open:
                state = .finished(outcome)
                return nil
            case .awaited(let continuation):
                state = .finished(outcome)
                return continuation
            case .finished:
                return nil
            }
        }
        waiter?.resume(returning: outcome)
    }

    /// To be awaited once.
    func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let early: Outcome? = state.withLock { state in
                switch state {
                case .open:
                    state = .awaited(continuation)
                    return nil
                case .finished(let outcome):
                    return outcome
                case .awaited:
                    preconditionFailure("A look-up is awaited once.")
                }
            }
            if let early { continuation.resume(returning: early) }
        }
    }

    /// Finishes the request when the time is over or the surrounding task is cancelled. The thread that may still
    /// hang in `getaddrinfo` is left to it, and counts against the bound until it comes back.
    func expire(after limit: Duration) async {
        do {
            try await Task.sleep(for: limit)
            finish(.timedOut)
        } catch {
            finish(.cancelled)
        }
    }
}
