import MailModel
import MailStore
import MetricNames
import Telemetry

/// What the metrics say of the accounts. It takes a look at every one of them, and so what was read is told for a while.
actor AccountReadings {
    private let store: Store
    private let age: Duration
    private var last: (counts: [AccountStateCount], readAt: ContinuousClock.Instant)?

    /// - Parameter age: how old what is told may be.
    init(store: Store, age: Duration = .seconds(15)) {
        self.store = store
        self.age = age
    }

    func collect() async throws -> [MetricReading] {
        let counts = try await counts()
        let live = counts.first { $0.state == .live }
        return AccountState.allCases.map { state in
            let count = counts.first { $0.state == state }?.count ?? 0
            return MetricReading(PostriderMetrics.accounts, state.rawValue, is: Double(count))
        } + [
            MetricReading(PostriderMetrics.accountFreshness, is: live?.freshness?.worst ?? 0),
            MetricReading(PostriderMetrics.accountsStale, is: Double(live?.stale ?? 0)),
        ]
    }

    private func counts() async throws -> [AccountStateCount] {
        if let last, last.readAt + age > .now { return last.counts }
        let counts = try await store.accountsByState()
        last = (counts, .now)
        return counts
    }
}
