package import MetricNames

/// A number that is read only when someone asks for it, such as the depth of a queue.
package struct MetricReading: Sendable {
    let definition: MetricDefinition
    let values: [String]
    let number: Double

    /// - Parameters:
    ///   - definition: of a counter or a gauge.
    ///   - values: of its labels, in their order.
    package init(_ definition: MetricDefinition, _ values: String..., is number: Double) {
        self.definition = definition
        self.values = values
        self.number = number
    }
}
