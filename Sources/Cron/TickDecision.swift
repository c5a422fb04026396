/// What becomes of a tick, or of a row of missed ones. Times are the planned ones, without jitter: with the schedule's id
/// they identify a tick.
package enum TickDecision: Sendable, Hashable {
    /// Run it now. `isCatchUp` for one that was missed.
    case fire(at: Int64, isCatchUp: Bool)
    /// Run it when the unfinished run has ended.
    case queue(at: Int64, isCatchUp: Bool)
    /// An earlier run stands in its way.
    case skip(at: Int64, SkipReason)
    /// Nobody looked in time, and they aren't made up for.
    case missed(MissedTicks)

    /// The raw values are what the schedule's history shows.
    package enum SkipReason: String, Sendable, Hashable, CaseIterable {
        /// The policy is `skip` and a run is unfinished.
        case previousUnfinished = "previous_unfinished"
        /// The policy is `queue-one` and one waits already.
        case oneIsQueued = "one_is_queued"
    }
}
