import MetricNames
import Metrics
import Telemetry
import Testing

@Suite("Many tasks at once")
struct ConcurrencyTests {
    static let events = MetricDefinition("events_total", .counter, unit: "events", help: "Events.")
    static let level = MetricDefinition("level", .gauge, unit: "litres", help: "Level.")
    static let duration = MetricDefinition(
        "duration_seconds", .histogram(bounds: [1]), unit: "seconds", help: "Took.")

    @Test("nothing is lost, whoever counts, and scrapes meanwhile see whole histograms")
    func nothingIsLost() async {
        // given
        let registry = MetricRegistry(catalogue: [Self.events, Self.level, Self.duration])
        let tasks = 8
        let rounds = 20_000
        // when
        await withTaskGroup { group in
            for _ in 0..<tasks {
                group.addTask {
                    // Each makes its own handles; they are of the same series.
                    let counter = Counter(label: Self.events.name, factory: registry)
                    let broken = FloatingPointCounter(label: Self.events.name, factory: registry)
                    let meter = Meter(label: Self.level.name, factory: registry)
                    let timer = Timer(label: Self.duration.name, factory: registry)
                    for round in 0..<rounds {
                        counter.increment()
                        broken.increment(by: 0.5)
                        meter.increment(by: 2)
                        meter.decrement()
                        timer.recordSeconds(round.isMultiple(of: 2) ? 1 : 2)
                    }
                }
            }
            group.addTask {
                for _ in 0..<50 {
                    let told = await registry.exposition()
                    guard let all = Self.number("duration_seconds_bucket{le=\"+Inf\"}", in: told),
                        let small = Self.number("duration_seconds_bucket{le=\"1\"}", in: told),
                        let sum = Self.number("duration_seconds_sum", in: told)
                    else { continue }
                    #expect(sum == small + 2 * (all - small))
                }
            }
        }
        // then
        let told = await registry.exposition()
        let all = Double(tasks * rounds)
        #expect(Self.number("events_total", in: told) == all * 1.5)
        #expect(Self.number("level", in: told) == all)
        #expect(Self.number("duration_seconds_count", in: told) == all)
        #expect(Self.number("duration_seconds_sum", in: told) == all * 1.5)
    }

    private static func number(_ series: String, in told: String) -> Double? {
        told.split(separator: "\n").first { $0.hasPrefix(series + " ") }.flatMap {
            Double($0.dropFirst(series.count + 1))
        }
    }
}
