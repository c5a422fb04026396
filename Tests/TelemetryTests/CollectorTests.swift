import MetricNames
import Synchronization
import Telemetry
import Testing

@Suite("Collectors")
struct CollectorTests {
    static let depth = MetricDefinition("depth", .gauge, unit: "jobs", labels: ["state"], help: "Depth.")

    @Test("a collector runs at each scrape and at no other time")
    func runsWhenAsked() async {
        // given
        let registry = MetricRegistry(catalogue: [Self.depth])
        let runs = Atomic<Int>(0)
        let count: @Sendable () -> Int = { runs.wrappingAdd(1, ordering: .relaxed).newValue }
        registry.registerCollector("queue") { [MetricReading(Self.depth, "ready", is: Double(count()))] }
        #expect(runs.load(ordering: .relaxed) == 0)
        // when, then
        #expect(
            await registry.exposition().contains("# HELP depth Depth.\n# TYPE depth gauge\ndepth{state=\"ready\"} 1\n"))
        #expect(await registry.exposition().contains("depth{state=\"ready\"} 2\n"))
    }

    @Test("a collector that fails leaves a gap, is counted, and keeps no other from being told")
    func failure() async {
        struct Away: Error {}
        let registry = MetricRegistry(catalogue: [Self.depth])
        registry.registerCollector("queue") { throw Away() }
        registry.registerCollector("other") { [MetricReading(Self.depth, "ready", is: 4)] }
        let told = await registry.exposition()
        #expect(told.contains("depth{state=\"ready\"} 4\n"))
        #expect(told.contains("postrider_metrics_collector_failures_total{collector=\"queue\"} 1\n"))
        #expect(told.contains("postrider_metrics_collector_failures_total{collector=\"other\"} 0\n"))
    }

    @Test("a collector that doesn't answer is cancelled at the deadline, and the scrape goes on without it")
    func deadline() async {
        let registry = MetricRegistry(catalogue: [Self.depth], collectDeadline: .milliseconds(20))
        registry.registerCollector("stuck") {
            // Stands for a server that never answers; only cancellation ends it.
            try await Task.sleep(for: .seconds(3_600))
            return [MetricReading(Self.depth, "stuck", is: 1)]
        }
        registry.registerCollector("quick") { [MetricReading(Self.depth, "quick", is: 1)] }
        let told = await registry.exposition()
        #expect(told.contains("depth{state=\"quick\"} 1\n"))
        #expect(!told.contains("depth{state=\"stuck\"}"))
        #expect(told.contains("collector_failures_total{collector=\"stuck\"} 1\n"))
    }

    @Test("collectors run side by side: together they take no longer than the slowest may")
    func sideBySide() async {
        let registry = MetricRegistry(catalogue: [Self.depth], collectDeadline: .seconds(120))
        // Each waits for the other, so that one after the other would end at the deadline.
        let (toFirst, tellFirst) = AsyncStream<Void>.makeStream()
        let (toSecond, tellSecond) = AsyncStream<Void>.makeStream()
        registry.registerCollector("first") {
            tellSecond.yield()
            for await _ in toFirst { break }
            return [MetricReading(Self.depth, "first", is: 1)]
        }
        registry.registerCollector("second") {
            tellFirst.yield()
            for await _ in toSecond { break }
            return [MetricReading(Self.depth, "second", is: 1)]
        }
        let told = await registry.exposition()
        #expect(told.contains("depth{state=\"first\"} 1\n"))
        #expect(told.contains("depth{state=\"second\"} 1\n"))
    }
}
