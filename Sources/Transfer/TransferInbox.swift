import CLibCurl
import Synchronization

/// What tasks and the engine's thread share: the line of waiting transfers, what was cancelled, and the order to stop.
final class TransferInbox: Sendable {
    /// What the thread has to do next.
    struct Work {
        var starts: [QueuedTransfer] = []
        /// Their time ran out while they waited.
        var expired: [QueuedTransfer] = []
        var cancelled: [UInt64] = []
        var stops = false
        /// When the next of those that wait expires.
        var nextDeadline: ContinuousClock.Instant?
    }

    /// Wakes the thread out of its poll.
    private struct Waker: @unchecked Sendable {
        // curl_multi_wakeup may be called from any thread (its manual) as long as the handle lives, which the inbox's
        // lock ensures; nothing else is done with the pointer.
        let multi: UnsafeMutableRawPointer

        func wake() { _ = curl_multi_wakeup(multi) }
    }

    private struct State {
        var waiting: [QueuedTransfer] = []
        var cancelled: [UInt64] = []
        var nextID: UInt64 = 0
        var waker: Waker?
        var stops = false
        var ended = false
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let maximumWaiting: Int

    init(maximumWaiting: Int) {
        self.maximumWaiting = maximumWaiting
    }

    func makeID() -> UInt64 {
        state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
    }

    func submit(_ transfer: QueuedTransfer) {
        let refusal: TransferError? = state.withLock { state in
            guard !state.stops, !state.ended else { return .stopped }
            guard state.waiting.count < maximumWaiting else { return .tooManyWaiting }
            state.waiting.append(transfer)
            state.waker?.wake()
            return nil
        }
        if let refusal { transfer.fail(refusal) }
    }

    /// Cancels a transfer that waits or runs; one that is done, or unknown, is left alone.
    func cancel(_ id: UInt64) {
        let waiting: QueuedTransfer? = state.withLock { state in
            if let index = state.waiting.firstIndex(where: { $0.id == id }) {
                return state.waiting.remove(at: index)
            }
            if !state.ended {
                state.cancelled.append(id)
                state.waker?.wake()
            }
            return nil
        }
        waiting?.fail(.cancelled)
    }

    func stop() {
        state.withLock { state in
            state.stops = true
            state.waker?.wake()
        }
    }

    /// Returns when the thread has let go of everything.
    func stopped() async {
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state in
                if !state.ended { state.stopWaiters.append(continuation) }
                return state.ended
            }
            if ended { continuation.resume() }
        }
    }
}

/// The thread's side.
extension TransferInbox {
    func open(multi: UnsafeMutableRawPointer) {
        let waker = Waker(multi: multi)
        state.withLock { $0.waker = waker }
    }

    func take(atMost free: Int, now: ContinuousClock.Instant) -> Work {
        state.withLock { state in
            var work = Work()
            work.stops = state.stops
            swap(&work.cancelled, &state.cancelled)
            work.expired = state.waiting.filter { $0.deadline <= now }
            state.waiting.removeAll { $0.deadline <= now }
            work.starts = Array(state.waiting.prefix(free))
            state.waiting.removeFirst(work.starts.count)
            work.nextDeadline = state.waiting.map(\.deadline).min()
            return work
        }
    }

    /// From here on nobody wakes the multi handle, so that it may be freed.
    /// - Returns: those that still waited.
    func close() -> [QueuedTransfer] {
        state.withLock { state in
            state.waker = nil
            state.stops = true
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    func reportEnd() {
        let waiters = state.withLock { state in
            state.ended = true
            defer { state.stopWaiters = [] }
            return state.stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
