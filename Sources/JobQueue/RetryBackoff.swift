/// How long a failed job waits: exponential with full jitter, so that jobs which failed together don't return together.
package struct RetryBackoff: Sendable, Hashable {
    /// Upper bound after the first failure.
    package var base: Duration
    /// Upper bound after many.
    package var cap: Duration

    package init(base: Duration = .seconds(5), cap: Duration = .seconds(3_600)) {
        self.base = base
        self.cap = cap
    }

    /// - Parameters:
    ///   - attempt: the run that failed, from 1.
    ///   - random: in 0..<1.
    /// - Returns: from zero to `min(cap, base · 2^(attempt − 1))`.
    package func delay(attempt: Int, random: Double) -> Duration {
        let doubling = Double(1 << min(max(attempt - 1, 0), 40))
        return min(cap, base * doubling) * random
    }
}
