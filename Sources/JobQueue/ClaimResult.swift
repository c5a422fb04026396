/// What a claim brought.
package struct ClaimResult: Sendable, Hashable {
    /// Ours to run, until their leases end.
    package let jobs: [ClaimedJob]
    /// Until the next delayed job is due, or a gate opens; nil if there is neither.
    package let nextDue: Duration?
    /// Whether it stopped at its bound, having parked jobs that their gates keep back.
    package let mayBeMore: Bool
}
