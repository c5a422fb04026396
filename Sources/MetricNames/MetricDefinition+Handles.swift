package import Metrics

// Handles are made once and kept: making one looks the series up, using one doesn't. Values stand in the order of the
// definition's labels; the registry drops a series whose labels are not those of its definition.
extension MetricDefinition {
    package func counter(_ values: String...) -> Counter {
        Counter(label: name, dimensions: dimensions(values))
    }

    /// A handle for a gauge.
    package func meter(_ values: String...) -> Meter {
        Meter(label: name, dimensions: dimensions(values))
    }

    /// A handle for a histogram of seconds.
    package func timer(_ values: String...) -> Timer {
        Timer(label: name, dimensions: dimensions(values))
    }

    private func dimensions(_ values: [String]) -> [(String, String)] { Array(zip(labels, values)) }
}
