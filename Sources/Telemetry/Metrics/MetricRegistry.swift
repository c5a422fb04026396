package import MetricNames
package import Metrics
import Synchronization

/// What stands behind the metrics facade: keeps all series of a process and writes them down when asked.
///
/// Making a handle takes the registry's lock; using one doesn't: a counter or gauge is an atomic number, a histogram has
/// a lock of its own. The number of series a metric is bounded; a series beyond it, or one that contradicts the
/// catalogue, is refused and counted, and its handle does nothing.
package final class MetricRegistry: MetricsFactory {
    private let shelf: Mutex<MetricShelf>
    private let collectors = Mutex<[(name: String, failures: CounterSeries, collect: MetricCollector)]>([])
    private let collectDeadline: Duration

    /// - Parameters:
    ///   - catalogue: the metrics whose help, labels and buckets are known.
    ///   - seriesLimit: series a metric.
    ///   - collectDeadline: for all collectors of one scrape, which run side by side.
    package init(
        catalogue: [MetricDefinition] = PostriderMetrics.all, seriesLimit: Int = 1_000,
        collectDeadline: Duration = .seconds(3)
    ) {
        shelf = Mutex(MetricShelf(catalogue: catalogue, seriesLimit: seriesLimit))
        self.collectDeadline = collectDeadline
    }

    /// Adds what is read at each scrape.
    ///
    /// - Parameter name: the value of a label where it fails: one of few, fixed in the code.
    package func registerCollector(_ name: String, _ collect: @escaping MetricCollector) {
        collectors.withLock { $0.append((name, CounterSeries(), collect)) }
    }

    /// All metrics in Prometheus' text format, after the collectors have read theirs.
    package func exposition() async -> String {
        let read = await collect()
        let families = shelf.withLock { shelf in
            let families = shelf.families(with: read)
            let refusals = shelf.refusals
            return families + [Self.refusalFamily(refusals)]
        }
        return PrometheusText.render(families + [failureFamily()])
    }

    // MARK: - Collectors

    private func collect() async -> [MetricReading] {
        let all = collectors.withLock { $0 }
        let deadline = ContinuousClock.now + collectDeadline
        return await withTaskGroup(of: [MetricReading].self) { group in
            for (_, failures, collect) in all {
                group.addTask {
                    do {
                        return try await Self.within(deadline, collect)
                    } catch {
                        failures.increment(by: Int64(1))
                        return []
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// Runs a collector and cancels it at the deadline.
    private static func within(_ deadline: ContinuousClock.Instant, _ collect: @escaping MetricCollector) async throws
        -> [MetricReading]
    {
        try await withThrowingTaskGroup(of: [MetricReading]?.self) { group in
            group.addTask { try await collect() }
            group.addTask {
                try await Task.sleep(until: deadline, clock: .continuous)
                return nil
            }
            defer { group.cancelAll() }
            guard let read = try await group.next() ?? nil else { throw CancellationError() }
            return read
        }
    }

    private static func refusalFamily(_ refusals: [SeriesRefusal: UInt64]) -> MetricFamily {
        var family = MetricFamily(definition: PostriderMetrics.seriesDropped, series: [:])
        for reason in SeriesRefusal.allCases {
            family.series[[MetricLabel(name: "reason", value: reason.rawValue)]] = .whole(refusals[reason] ?? 0)
        }
        return family
    }

    private func failureFamily() -> MetricFamily {
        var family = MetricFamily(definition: PostriderMetrics.collectorFailures, series: [:])
        for (name, failures, _) in collectors.withLock({ $0 }) {
            family.series[[MetricLabel(name: "collector", value: name)]] = failures.value
        }
        return family
    }

    // MARK: - The facade's factory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)])
        -> any FloatingPointCounterHandler
    {
        counter(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions) ?? NOOPMetricsHandler.instance
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if !aggregate { return gauge(label, dimensions) ?? NOOPMetricsHandler.instance }
        return histogram(label, dimensions, bounds: MetricBuckets.magnitudes, isTimer: false)
            ?? NOOPMetricsHandler.instance
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions, bounds: MetricBuckets.seconds, isTimer: true) ?? NOOPMetricsHandler.instance
    }

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    private func remove(_ handler: AnyObject) { shelf.withLock { $0.remove(handler) } }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries? {
        let series = shelf.withLock { $0.series(label, dimensions, kind: .counter) }
        guard case .counter(let counter) = series else { return nil }
        return counter
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries? {
        let series = shelf.withLock { $0.series(label, dimensions, kind: .gauge) }
        guard case .gauge(let gauge) = series else { return nil }
        return gauge
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)], bounds: [Double], isTimer: Bool)
        -> HistogramSeries?
    {
        let series = shelf.withLock {
            $0.series(label, dimensions, kind: .histogram(bounds: bounds), isTimer: isTimer)
        }
        guard case .histogram(let histogram) = series else { return nil }
        return histogram
    }
}
