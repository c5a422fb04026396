/// How urgent a job is; a smaller raw value goes first.
package enum JobPriority: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// A person waits for it.
    case interactive = 0
    /// A server told us of new mail, or of something as fresh.
    case pushed = 1
    /// Due by the clock.
    case periodic = 2
    /// Old work that nobody waits for.
    case backfill = 3

    package static func < (left: JobPriority, right: JobPriority) -> Bool { left.rawValue < right.rawValue }
}
