import MetricNames

/// One metric with all its series, as they are at one moment.
struct MetricFamily: Sendable {
    let definition: MetricDefinition
    /// By labels, which stand in the order in which they are written.
    var series: [[MetricLabel]: MetricValue]
}
