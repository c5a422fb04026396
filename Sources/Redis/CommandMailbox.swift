internal import Synchronization

/// Where callers on any thread leave their commands for the event loop.
///
/// Whoever finds it empty wakes the loop; everybody else only appends, so that a burst of tasks costs one wake-up and
/// becomes one write.
final class CommandMailbox: Sendable {
    private struct State {
        var incoming: [PendingReply] = []
        var outstanding = 0
        var isClosed = false
    }

    /// What became of a hand-in.
    enum Receipt: Hashable {
        /// Taken; the caller has to wake the loop.
        case wakeLoop
        /// Taken; somebody before has woken it.
        case taken
        case overloaded(outstanding: Int)
        case closed
    }

    private let state = Mutex(State())
    private let maximumOutstanding: Int

    init(maximumOutstanding: Int) { self.maximumOutstanding = maximumOutstanding }

    func put(_ pending: PendingReply) -> Receipt {
        state.withLock { state in
            if state.isClosed { return .closed }
            if state.outstanding + pending.count > maximumOutstanding {
                return .overloaded(outstanding: state.outstanding)
            }
            state.outstanding += pending.count
            state.incoming.append(pending)
            return state.incoming.count == 1 ? .wakeLoop : .taken
        }
    }

    /// Everything that was left since the last call, in order.
    func takeAll() -> [PendingReply] {
        state.withLock { state in
            let taken = state.incoming
            state.incoming = []
            state.incoming.reserveCapacity(min(taken.count, 1_024))
            return taken
        }
    }

    /// So many commands no longer occupy a place.
    func release(_ count: Int) {
        if count > 0 { state.withLock { $0.outstanding -= count } }
    }

    func close() { state.withLock { $0.isClosed = true } }
}
