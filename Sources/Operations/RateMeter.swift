/// Measures what queues do a minute, from two looks at their totals.
package struct RateMeter: Sendable {
    private var last: [(at: ContinuousClock.Instant, totals: [String: [String: Int64]])] = []
    /// Looks that are kept, so that the rate is one of some seconds and doesn't jump.
    private let depth: Int

    package init(depth: Int = 10) { self.depth = depth }

    /// Fills the rates in; from the second look on.
    package mutating func measure(_ queues: inout [QueueSummary], at now: ContinuousClock.Instant = .now) {
        let totals = Dictionary(queues.map { ($0.name, $0.totals) }, uniquingKeysWith: { first, _ in first })
        if let earliest = last.first {
            let minutes = (now - earliest.at) / .seconds(60)
            for index in queues.indices where minutes > 0 {
                let before = earliest.totals[queues[index].name] ?? [:]
                func gained(_ names: [String]) -> Double {
                    // Totals begin anew where Redis has lost its data.
                    Double(names.reduce(0) { $0 + max(0, (queues[index].totals[$1] ?? 0) - (before[$1] ?? 0)) })
                        / minutes
                }
                queues[index].rate = QueueRate(
                    processed: gained(["done", "again"]), failed: gained(["retry", "crash", "dead"]))
            }
        }
        last.append((now, totals))
        if last.count > depth { last.removeFirst() }
    }
}
