import MetricNames

/// Names as Prometheus wants them, for metrics that stand in no catalogue: those that a library counts by itself.
enum MetricNaming {
    /// A legal name with the suffix of its kind: `_total` for counters and for nothing else, `_seconds` for timers.
    static func exposed(_ label: String, kind: MetricDefinition.Kind, isTimer: Bool) -> String {
        var name = String(label.unicodeScalars.map { isLegal($0) ? Character($0) : "_" })
        if name.first.map({ !($0.isLetter || $0 == "_" || $0 == ":") }) ?? true { name = "_" + name }
        let suffix = "_total"
        switch kind {
        case .counter:
            if !name.hasSuffix(suffix) { name += suffix }
        case .gauge, .histogram:
            if name.hasSuffix(suffix) { name.removeLast(suffix.count) }
            if isTimer, !name.hasSuffix("_seconds") { name += "_seconds" }
        }
        return name
    }

    /// Whether a label's name can be written; `le` is the histograms' own.
    static func isLegalLabel(_ name: String, kind: MetricDefinition.Kind) -> Bool {
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first), !name.hasPrefix("__"),
            name.unicodeScalars.allSatisfy({ $0 != ":" && isLegal($0) })
        else { return false }
        if case .histogram = kind { return name != "le" }
        return true
    }

    private static func isLegal(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", ":": true
        default: false
        }
    }
}
