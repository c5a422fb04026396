import MetricNames
import Metrics
import Telemetry
import Testing

@Suite("What a registry refuses")
struct BoundsTests {
    static let events = MetricDefinition("events_total", .counter, unit: "events", labels: ["kind"], help: "Events.")
    let registry = MetricRegistry(catalogue: [events], seriesLimit: 3)

    private func dropped(_ reason: String) async -> Substring? {
        let start = "postrider_metrics_series_dropped_total{reason=\"\(reason)\"} "
        return await registry.exposition().split(separator: "\n").first { $0.hasPrefix(start) }?.dropFirst(start.count)
    }

    @Test("a metric keeps as many series as it may have; those beyond are counted and their handles do nothing")
    func cardinality() async {
        // when
        withMetricsFactory(registry) {
            for kind in ["a", "b", "c", "d", "e", "a"] { Self.events.counter(kind).increment() }
        }
        // then
        let lines = await registry.exposition().split(separator: "\n").filter { $0.hasPrefix("events_total") }
        #expect(lines == [#"events_total{kind="a"} 2"#, #"events_total{kind="b"} 1"#, #"events_total{kind="c"} 1"#])
        #expect(await dropped("limit") == "2")
    }

    @Test("readings of a collector count towards the same bound")
    func cardinalityOfReadings() async {
        registry.registerCollector("many") {
            (0..<5).map { MetricReading(Self.events, "\($0)", is: 1) }
        }
        let lines = await registry.exposition().split(separator: "\n").filter { $0.hasPrefix("events_total") }
        #expect(lines.count == 3)
        #expect(await dropped("limit") == "4", "two at each of two scrapes")
    }

    @Test(
        "labels that are not the definition's, or can't be written, are refused",
        arguments: [
            ("events_total", [("account", "1")]), ("events_total", []),
            ("events_total", [("kind", "a"), ("host", "b")]),
            ("other", [("a-b", "1")]), ("other", [("__a", "1")]), ("other", [("a", "1"), ("a", "2")]),
            ("other", [("1a", "1")]), ("other", [("", "1")]),
        ] as [(String, [(String, String)])])
    func labels(metric: String, dimensions: [(String, String)]) async {
        withMetricsFactory(registry) { Counter(label: metric, dimensions: dimensions).increment() }
        #expect(await dropped("labels") == "1")
        let told = await registry.exposition()
        #expect(!told.contains("events_total") && !told.contains("other"))
    }

    @Test("a histogram can't have the label by which its buckets are told apart")
    func bucketLabel() async {
        withMetricsFactory(registry) { Timer(label: "other", dimensions: [("le", "1")]).recordSeconds(1) }
        #expect(await dropped("labels") == "1")
    }

    @Test("a name that is a counter's is refused to a timer")
    func kinds() async {
        withMetricsFactory(registry) { Timer(label: "events_total", dimensions: [("kind", "a")]).recordSeconds(1) }
        #expect(await dropped("kind") == "1")
        #expect(!(await registry.exposition().contains("events_total_bucket")))
    }
}
