import Metrics
import Synchronization

/// A histogram. Its parts change together, under a lock of its own, so that a scrape never sees a count without its sum.
final class HistogramSeries: RecorderHandler, TimerHandler {
    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: Mutex<State>

    /// - Parameter bounds: ascending.
    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var value: MetricValue {
        let state = state.withLock { $0 }
        return .histogram(HistogramSnapshot(bounds: bounds, counts: state.counts, sum: state.sum))
    }

    func record(_ value: Int64) { record(Double(value)) }

    /// What is no number is left out: it would make the sum none for ever.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    /// A duration; recorded in seconds, and never as less than none.
    func recordNanoseconds(_ duration: Int64) { record(Double(max(0, duration)) / 1e9) }
}
