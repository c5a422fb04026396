import MailModel
package import MailStore

/// What a schedule may do for the installation itself. The raw values are the names that schedules give.
package enum MaintenanceTask: String, Sendable, Hashable, CaseIterable {
    /// Deletes what has had its time: ticks and counts by the minute.
    case retention
    /// Makes the coming months' partitions.
    case partitions

    /// Ticks and minutes older than this many seconds go.
    private static let keptSeconds: Int64 = 30 * 86_400

    /// Does it once; repeatable.
    package func run(_ store: Store) async throws(StoreError) {
        switch self {
        case .retention:
            let before = store.now - Self.keptSeconds
            while try await store.pruneTicks(before: before, limit: 5_000) == 5_000 {}
            _ = try await store.pruneJobMinutes(before: before)
        case .partitions:
            _ = try await store.ensurePartitions(monthsAhead: 3)
        }
    }
}
