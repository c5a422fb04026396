/// A label of a series: its name, and the value as it was given, not escaped.
struct MetricLabel: Sendable, Hashable {
    let name: String
    let value: String
}
