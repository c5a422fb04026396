import MetricNames

/// Writes metrics in Prometheus' text format, version 0.0.4. The order is always the same: metrics by name, series by
/// their labels' values.
package enum PrometheusText {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func render(_ families: [MetricFamily]) -> String {
        var text = ""
        for family in families.sorted(by: { $0.definition.name < $1.definition.name }) where !family.series.isEmpty {
            write(family, to: &text)
        }
        return text
    }

    private static func write(_ family: MetricFamily, to text: inout String) {
        let name = family.definition.name
        if !family.definition.help.isEmpty { text += "# HELP \(name) \(escaped(family.definition.help))\n" }
        text += "# TYPE \(name) \(family.definition.kind.word)\n"
        let series = family.series.sorted { left, right in
            left.key.lexicographicallyPrecedes(right.key) { ($0.value, $0.name) < ($1.value, $1.name) }
        }
        for (labels, value) in series {
            switch value {
            case .whole(let number): text += "\(name)\(written(labels)) \(number)\n"
            case .real(let number): text += "\(name)\(written(labels)) \(written(number))\n"
            case .histogram(let histogram): write(histogram, name: name, labels: labels, to: &text)
            }
        }
    }

    private static func write(
        _ histogram: HistogramSnapshot, name: String, labels: [MetricLabel], to text: inout String
    ) {
        var count: UInt64 = 0
        for (position, own) in histogram.counts.enumerated() {
            count += own
            let bound = position < histogram.bounds.count ? histogram.bounds[position] : .infinity
            let bucket = labels + [MetricLabel(name: "le", value: written(bound))]
            text += "\(name)_bucket\(written(bucket)) \(count)\n"
        }
        text += "\(name)_sum\(written(labels)) \(written(histogram.sum))\n"
        text += "\(name)_count\(written(labels)) \(count)\n"
    }

    private static func written(_ labels: [MetricLabel]) -> String {
        if labels.isEmpty { return "" }
        let pairs = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
        return "{\(pairs.joined(separator: ","))}"
    }

    /// A number as short as it can be read back; whole ones without a point.
    private static func written(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number > 0 ? "+Inf" : "-Inf" }
        let text = "\(number)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Backslashes and line feeds in helps, and in labels' values quotes as well.
    private static func escaped(_ text: String, quotes: Bool = false) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension MetricDefinition.Kind {
    /// The word after `# TYPE`.
    fileprivate var word: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
