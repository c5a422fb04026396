/// Upper bounds of histogram buckets. They are fixed: a dashboard's quantiles stay comparable over releases.
package enum MetricBuckets {
    /// Seconds, from a wake-up (5 ms is its bar) over a rescue (15 s) to a long first sync.
    package static let seconds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 300, 900, 3_600,
    ]
    /// Anything that has no unit of its own: a bucket a power of ten.
    package static let magnitudes: [Double] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]
}
