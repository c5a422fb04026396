import Synchronization

/// How many octets of messages may be in memory at once, for one connection or many.
///
/// Fetches look at it before each message: while it is used up they take up no further one, and read no further; one
/// that has begun is read to its end, so that a message larger than the whole budget passes too. The octets held are at
/// most the capacity, and per connection what was read ahead of the socket, up to 512 KiB and one read, and one message
/// below the spool threshold.
package final class ByteBudget: Sendable {
    private struct State {
        var used = 0
        var lastWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    package let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: in octets; 16 MiB unless told otherwise.
    package init(capacity: Int = 16 << 20) {
        precondition(capacity > 0, "a budget of nothing lets nothing pass")
        self.capacity = capacity
    }

    /// The octets charged now.
    package var used: Int { state.withLock { $0.used } }

    package var hasRoom: Bool { used < capacity }

    /// How many fetches are paused for want of room.
    package var waiting: Int { state.withLock { $0.waiters.count } }

    func charge(_ count: Int) { state.withLock { $0.used += count } }

    func release(_ count: Int) {
        let woken = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.used -= count
            guard state.used < capacity, !state.waiters.isEmpty else { return [] }
            defer { state.waiters.removeAll() }
            return Array(state.waiters.values)
        }
        for waiter in woken { waiter.resume() }
    }

    /// Returns once there is room, or the task is cancelled.
    func waitForRoom() async {
        while !Task.isCancelled, !hasRoom {
            let id = state.withLock { state in
                state.lastWaiter += 1
                return state.lastWaiter
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let mayGo = state.withLock { state in
                        guard state.used >= capacity, !Task.isCancelled else { return true }
                        state.waiters[id] = continuation
                        return false
                    }
                    if mayGo { continuation.resume() }
                }
            } onCancel: {
                state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
            }
        }
    }
}
