/// What a claim brought.
package struct ClaimResult: Sendable, Hashable {
    /// Ours to run, until their leases end.
    package let jobs: [ClaimedJob]
    /// Until the next delayed job is due; nil if there is none.
    package let nextDue: Duration?
}
