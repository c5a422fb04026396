/// How long a first sync will take.
package enum ProgressEstimate {
    /// Time left, judged by what this run has done so far.
    ///
    /// A message costs something by itself and something by its bytes; which of the two rules differs by server, so the
    /// estimate is the mean of both shares. It is steady when large messages come in clusters.
    ///
    /// - Parameters:
    ///   - remaining: what is left.
    ///   - done: what was done within `elapsed`, without what an earlier run had stored.
    ///   - elapsed: seconds.
    /// - Returns: seconds; 0 when nothing is left; `nil` while nothing is done that could be judged by.
    package static func secondsLeft(remaining: SyncTotals, done: SyncTotals, elapsed: Double) -> Double? {
        if remaining.messages <= 0 { return 0 }
        guard done.messages > 0, elapsed > 0 else { return nil }
        let byMessages = Double(remaining.messages) / Double(done.messages)
        guard done.bytes > 0, remaining.bytes > 0 else { return elapsed * byMessages }
        return elapsed * (byMessages + Double(remaining.bytes) / Double(done.bytes)) / 2
    }

    /// Time for all of it, before anything has been fetched (the preview).
    ///
    /// - Parameters:
    ///   - messagesPerSecond: above 0; what this provider's accounts have shown, or a cautious default.
    ///   - bytesPerSecond: above 0.
    /// - Returns: seconds: the slower of the two bounds.
    package static func secondsForAll(
        _ totals: SyncTotals, messagesPerSecond: Double = 200, bytesPerSecond: Double = 2_000_000
    ) -> Double {
        max(Double(totals.messages) / messagesPerSecond, Double(totals.bytes) / bytesPerSecond)
    }
}
