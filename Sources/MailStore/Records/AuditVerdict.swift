/// Whether an organization's audit log is as it was written.
package enum AuditVerdict: Sendable, Hashable {
    /// Every entry follows from the one before it, up to the chain's end. `first` is beyond 1 where older entries were
    /// dropped by their retention.
    case intact(first: Int64, count: Int)
    /// The first entry that was changed, is missing, or follows a gap.
    case broken(at: Int64)
}
