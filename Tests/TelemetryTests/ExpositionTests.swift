import MetricNames
import Metrics
import Telemetry
import Testing

@Suite("What a scrape reads")
struct ExpositionTests {
    static let events = MetricDefinition(
        "events_total", .counter, unit: "events", labels: ["kind"], help: "Events.")
    static let level = MetricDefinition("level", .gauge, unit: "litres", help: "A \\ back\nslash, a \"quote\".")
    static let duration = MetricDefinition(
        "duration_seconds", .histogram(bounds: [0.1, 0.5, 1]), unit: "seconds", labels: ["phase"], help: "Took.")

    let registry = MetricRegistry(catalogue: [events, level, duration])

    /// What is told, without the registry's own metrics.
    private func told() async -> String {
        await registry.exposition().split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.contains("postrider_metrics_") }.joined(separator: "\n")
    }

    @Test("counters, gauges and histograms are written to the letter, by name and then by label")
    func exactText() async {
        // given
        withMetricsFactory(registry) {
            let late = Self.events.counter("b")
            late.increment(by: 3)
            Self.events.counter("a").increment()
            Self.level.meter().set(-2.5)
            let timer = Self.duration.timer("pull")
            for milliseconds in [100, 101, 700, 5_000] { timer.recordMilliseconds(milliseconds) }
        }
        // when, then
        #expect(
            await told() == """
                # HELP duration_seconds Took.
                # TYPE duration_seconds histogram
                duration_seconds_bucket{phase="pull",le="0.1"} 1
                duration_seconds_bucket{phase="pull",le="0.5"} 2
                duration_seconds_bucket{phase="pull",le="1"} 3
                duration_seconds_bucket{phase="pull",le="+Inf"} 4
                duration_seconds_sum{phase="pull"} 5.901
                duration_seconds_count{phase="pull"} 4
                # HELP events_total Events.
                # TYPE events_total counter
                events_total{kind="a"} 1
                events_total{kind="b"} 3
                # HELP level A \\\\ back\\nslash, a "quote".
                # TYPE level gauge
                level -2.5

                """)
    }

    @Test("backslashes, quotes and line feeds in a label's value are escaped; all else stands as it is")
    func escapedLabels() async {
        withMetricsFactory(registry) { Self.events.counter("a\\b\"c\nd\tä, {x}").increment() }
        #expect(await told().contains(#"events_total{kind="a\\b\"c\nd"# + "\t" + #"ä, {x}"} 1"#))
    }

    @Test(
        "numbers are written as Prometheus reads them",
        arguments: [
            (0, "0"), (1, "1"), (-7, "-7"), (0.1, "0.1"), (1e-9, "1e-09"), (123_456_789, "123456789"),
            (1e300, "1e+300"),
            (Double.infinity, "+Inf"), (-Double.infinity, "-Inf"), (Double.nan, "NaN"),
        ])
    func numbers(number: Double, written: String) async {
        withMetricsFactory(registry) { Self.level.meter().set(number) }
        #expect(await told().hasSuffix("\nlevel \(written)\n"))
    }

    @Test("a metric that nobody has a handle of is not told, and one with a handle is told as 0")
    func zeroes() async {
        #expect(await told() == "")
        withMetricsFactory(registry) { _ = Self.events.counter("a") }
        #expect(await told().hasSuffix(#"events_total{kind="a"} 0"# + "\n"))
    }

    @Test("a counter takes broken amounts, and never goes down")
    func counterAmounts() async {
        withMetricsFactory(registry) {
            Self.events.counter("a").increment(by: 2)
            Self.events.counter("a").increment(by: -1)
            let broken = FloatingPointCounter(label: "events_total", dimensions: [("kind", "a")])
            broken.increment(by: 0.5)
            broken.increment(by: -3.0)
        }
        #expect(await told().hasSuffix(#"events_total{kind="a"} 2.5"# + "\n"))
    }

    @Test("a meter moves up and down, a recorder that doesn't aggregate sets the same gauge")
    func gauges() async {
        withMetricsFactory(registry) {
            let meter = Self.level.meter()
            Gauge(label: "level").record(10)
            meter.increment(by: 1.5)
            meter.decrement()
        }
        #expect(await told().hasSuffix("level 10.5\n"))
    }

    @Test("what is no number is left out of a histogram, and a negative duration is none")
    func oddObservations() async {
        withMetricsFactory(registry) {
            let recorder = Recorder(label: "duration_seconds", dimensions: [("phase", "a")])
            recorder.record(Double.nan)
            recorder.record(Double.infinity)
            Self.duration.timer("a").recordNanoseconds(-5)
        }
        let told = await told()
        #expect(told.contains(#"duration_seconds_count{phase="a"} 1"#))
        #expect(told.contains(#"duration_seconds_sum{phase="a"} 0"#))
    }

    @Test("a metric of a library gets a legal name with its kind's suffix, and its labels by name")
    func strangers() async {
        withMetricsFactory(registry) {
            Counter(label: "http.server.requests", dimensions: [("b", "1"), ("a", "2")]).increment()
            Gauge(label: "pool_total").record(1)
            Timer(label: "9lives").recordSeconds(2)
        }
        let told = await told()
        #expect(
            told.contains("# TYPE http_server_requests_total counter\nhttp_server_requests_total{a=\"2\",b=\"1\"} 1"))
        #expect(told.contains("# TYPE pool gauge\npool 1\n"))
        #expect(told.contains("# TYPE _9lives_seconds histogram\n"))
    }

    @Test("a handle that is destroyed takes its series with it")
    func destroyed() async {
        withMetricsFactory(registry) {
            Self.events.counter("kept").increment()
            Self.events.counter("gone").destroy()
        }
        let told = await told()
        #expect(told.contains("kept"))
        #expect(!told.contains("gone"))
    }
}
