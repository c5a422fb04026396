internal import Synchronization

/// Something that happens once, with a value, and that tasks can wait for; any thread may fire it.
final class Signal<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var lastWaiter = 0
        var waiters: [Int: CheckedContinuation<Value?, Never>] = [:]
    }

    private let state = Mutex(State())

    /// What it was fired with, if it was.
    var value: Value? { state.withLock { $0.value } }

    /// Wakes all waiters; only the first call counts.
    func fire(_ value: Value) {
        let waiters: [CheckedContinuation<Value?, Never>] = state.withLock { state in
            guard state.value == nil else { return [] }
            state.value = value
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: value) }
    }

    /// Waits for it.
    /// - Returns: the value, or nil if the waiting task was cancelled before.
    func wait() async -> Value? {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver: (Bool, Value?) = state.withLock { state in
                    if let value = state.value { return (true, value) }
                    // The handler below may have run already; then nobody would wake us.
                    if Task.isCancelled { return (true, nil) }
                    state.waiters[id] = continuation
                    return (false, nil)
                }
                if isOver.0 { continuation.resume(returning: isOver.1) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(returning: nil)
        }
    }
}
