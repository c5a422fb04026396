// What is measured, by name: the one place that code, dashboards and alerts agree on.
/// One metric: its name, and all that a reader of its numbers must know.
package struct MetricDefinition: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// Only grows while the process lives; its name ends in `_total`.
        case counter
        /// Goes up and down.
        case gauge
        /// Observations counted by size.
        /// - Parameter bounds: upper bounds of the buckets, inclusive, ascending; the one without a bound goes unsaid.
        case histogram(bounds: [Double])
    }

    /// As Prometheus demands it: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    package let name: String
    package let kind: Kind
    /// What one is: `seconds`, `bytes`, `jobs`.
    package let unit: String
    /// One sentence for people.
    package let help: String
    /// The names of its labels, in the order in which values are given. Each has few values: never an account's id.
    package let labels: [String]

    package init(_ name: String, _ kind: Kind, unit: String, labels: [String] = [], help: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.help = help
        self.labels = labels
    }
}
