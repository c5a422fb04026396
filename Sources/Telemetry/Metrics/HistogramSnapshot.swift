/// A histogram at one moment.
struct HistogramSnapshot: Sendable, Hashable {
    /// Upper bounds, ascending; the last bucket, without a bound, is not among them.
    let bounds: [Double]
    /// Observations a bucket, not yet cumulated; one more than there are bounds.
    let counts: [UInt64]
    let sum: Double
}
