import MetricNames

/// The three kinds of series, each in its own type, so that using one asks nothing.
enum MetricSeries: Sendable {
    case counter(CounterSeries)
    case gauge(GaugeSeries)
    case histogram(HistogramSeries)

    init(_ kind: MetricDefinition.Kind) {
        self =
            switch kind {
            case .counter: .counter(CounterSeries())
            case .gauge: .gauge(GaugeSeries())
            case .histogram(let bounds): .histogram(HistogramSeries(bounds: bounds))
            }
    }

    var value: MetricValue {
        switch self {
        case .counter(let series): series.value
        case .gauge(let series): series.value
        case .histogram(let series): series.value
        }
    }

    var object: AnyObject {
        switch self {
        case .counter(let series): series
        case .gauge(let series): series
        case .histogram(let series): series
        }
    }
}
