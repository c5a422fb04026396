/// What one round of maintenance found.
package struct ReapCounts: Sendable, Hashable {
    /// Jobs rescued because their lease had run out.
    package var expired = 0
    /// Jobs rescued that were active without a lease.
    package var orphaned = 0
    /// Slots of gates freed whose job was not running.
    package var freedSlots = 0
    /// Delayed jobs made ready.
    package var promoted = 0
    /// Until the next delayed job is due; nil if there is none.
    package var nextDue: Duration?

    package init() {}
}
