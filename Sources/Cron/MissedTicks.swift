/// Consecutive ticks that nobody looked at in time and that aren't made up for.
package struct MissedTicks: Sendable, Hashable {
    /// The raw values are what the schedule's history shows.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The policy is `none`.
        case catchUpIsOff = "catch_up_is_off"
        /// The policy is `latest`, and a later tick does.
        case laterTickDoes = "later_tick_does"
        /// The policy is `all`, and these were more than its bound.
        case beyondBound = "beyond_bound"
    }

    /// The first one's planned time.
    package let first: Int64
    /// The last one's.
    package let last: Int64
    /// How many; no more than ``TickPlanner/countedMisses``.
    package let count: Int
    /// Whether `count` is all of them: it isn't counted further than that.
    package let isCounted: Bool
    package let reason: Reason
}
