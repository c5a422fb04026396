import Metrics
import Synchronization

/// A counter: whole and broken amounts are kept apart, so that counting events stays exact and one atomic addition.
final class CounterSeries: CounterHandler, FloatingPointCounterHandler {
    private let whole = Atomic<UInt64>(0)
    private let broken = Atomic<UInt64>(Double.zero.bitPattern)

    var value: MetricValue {
        let whole = whole.load(ordering: .relaxed)
        let broken = Double(bitPattern: broken.load(ordering: .relaxed))
        return broken == 0 ? .whole(whole) : .real(Double(whole) + broken)
    }

    /// A counter never goes down: a negative amount counts as none.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        whole.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        broken.add(amount)
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        broken.store(Double.zero.bitPattern, ordering: .relaxed)
    }
}
