import MailModel
package import MailStore

/// What a schedule may do for the installation itself. The raw values are the names that schedules give.
package enum MaintenanceTask: String, Sendable, Hashable, CaseIterable {
    /// Deletes what has had its time: ticks and counts by the minute.
    case retention
    /// Makes the coming months' partitions.
    case partitions
    /// Proves that every live account is complete; not done by the store alone.
    case audit

    /// What audits came to is kept for so long.
    private static let auditsSeconds: Int64 = 365 * 86_400
    /// Messages that were deleted on the server are kept for so long.
    private static let deletedSeconds: Int64 = 30 * 86_400
    /// Ticks and minutes older than this many seconds go.
    private static let keptSeconds: Int64 = 30 * 86_400

    /// Does it once; repeatable.
    package func run(_ store: Store) async throws(StoreError) {
        switch self {
        case .retention:
            let before = store.now - Self.keptSeconds
            while try await store.pruneTicks(before: before, limit: 5_000) == 5_000 {}
            _ = try await store.pruneJobMinutes(before: before)
            _ = try await store.pruneMisses()
            _ = try await store.pruneAudits(before: store.now - Self.auditsSeconds)
            try await purge(store, before: store.now - Self.deletedSeconds)
        case .partitions:
            _ = try await store.ensurePartitions(monthsAhead: 3)
        case .audit:
            // Whoever carries jobs out has an engine for it.
            return
        }
    }

    /// An account that is being written to just then has its turn another time.
    private func purge(_ store: Store, before moment: EpochSeconds) async throws(StoreError) {
        for key in try await store.accountsToPurge(deletedBefore: moment, limit: 10_000) {
            while try await store.purgeDeleted(of: key, deletedBefore: moment, limit: 500) == 500 {}
        }
    }
}
