/// Why a series is not kept; the value of a label.
enum SeriesRefusal: String, CaseIterable, Sendable, Error {
    /// The metric has as many series as it may have, or there are too many metrics.
    case limit
    /// The labels are not those of the definition, or are no legal labels.
    case labels
    /// The name is that of a metric of another kind.
    case kind
}
