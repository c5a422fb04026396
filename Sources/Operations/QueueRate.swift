/// What a queue does a minute.
package struct QueueRate: Sendable, Hashable {
    /// Runs that ended well.
    package var processed: Double
    /// Runs that failed, crashed, or were given up.
    package var failed: Double

    package init(processed: Double, failed: Double) {
        self.processed = processed
        self.failed = failed
    }

    /// Outcomes that are no success: the queue's own totals' names and the history's.
    static let failures: Set<String> = ["retry", "failed", "crash", "crashed", "dead"]
    /// Outcomes that are neither.
    static let neither: Set<String> = [
        "release", "released", "throttle", "throttled", "cancel", "cancelled", "stale", "expired", "orphaned",
        "enqueued",
        "removed",
    ]
}
