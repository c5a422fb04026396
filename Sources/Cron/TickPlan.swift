/// What to do about a schedule now.
package struct TickPlan: Sendable, Hashable {
    /// One for each tick that came due, ascending; the missed ones first and as one.
    package let decisions: [TickDecision]
    /// The last planned time that is decided: what the next plan starts from. To be stored with the decisions.
    package let handledThrough: Int64
    /// When to plan next, jitter included; `nil` near the end of year 9999 only.
    package let nextDue: Int64?
}
