import Metrics
import Synchronization

/// One connection's place in the counts: in one state at a time, and in none once it has ended, however it ends.
final class ConnectionMark: Sendable {
    private let metrics: IMAPMetrics
    /// `nil` once it has ended.
    private let state: Mutex<IMAPMetrics.State?>

    init(_ metrics: IMAPMetrics) {
        self.metrics = metrics
        state = Mutex(.connecting)
        metrics.meter(.connecting).increment()
    }

    deinit { end() }

    /// A connection that has ended stays so.
    func move(to next: IMAPMetrics.State) {
        state.withLock { state in
            guard let before = state, before != next else { return }
            metrics.meter(before).decrement()
            metrics.meter(next).increment()
            state = next
        }
    }

    func end() {
        state.withLock { state in
            if let before = state { metrics.meter(before).decrement() }
            state = nil
        }
    }
}
