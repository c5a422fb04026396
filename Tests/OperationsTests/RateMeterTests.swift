import Testing

@testable import Operations

@Suite("What queues do a minute, from looks at their totals")
struct RateMeterTests {
    private static func queue(_ totals: [String: Int64]) -> [QueueSummary] {
        var queue = QueueSummary(name: "default")
        queue.totals = totals
        return [queue]
    }

    @Test("the rate is known from the second look on, and goes over as many looks as are kept")
    func measures() {
        // given
        var meter = RateMeter(depth: 2)
        let start = ContinuousClock.now
        var looks = [
            Self.queue(["done": 10, "retry": 1]),
            Self.queue(["done": 20, "again": 4, "retry": 2, "dead": 1, "release": 9]),
            Self.queue(["done": 20, "again": 4, "retry": 2, "dead": 1, "release": 9]),
            Self.queue(["done": 26, "again": 4, "retry": 2, "dead": 1, "release": 9]),
        ]
        // when
        for index in looks.indices { meter.measure(&looks[index], at: start + .seconds(30 * index)) }
        // then
        #expect(
            looks.map { $0[0].rate } == [
                nil, QueueRate(processed: 28, failed: 4), QueueRate(processed: 14, failed: 2),
                QueueRate(processed: 6, failed: 0),
            ])
    }

    @Test("totals that begin anew count as nothing done")
    func survivesLoss() {
        var meter = RateMeter()
        let start = ContinuousClock.now
        var before = Self.queue(["done": 100])
        var after = Self.queue(["done": 3])
        meter.measure(&before, at: start)
        meter.measure(&after, at: start + .seconds(1))
        #expect(after[0].rate == QueueRate(processed: 0, failed: 0))
    }
}
