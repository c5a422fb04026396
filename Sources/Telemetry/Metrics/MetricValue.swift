/// What one series says at one moment.
enum MetricValue: Sendable, Hashable {
    case whole(UInt64)
    case real(Double)
    case histogram(HistogramSnapshot)
}
