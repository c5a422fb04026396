/// Where the reaper's scans go on.
package struct ReapCursor: Sendable, Hashable {
    /// Of the active jobs; "0" at the start and after a whole round.
    package var active = "0"
    /// Of the gates' slots.
    package var slots = "0"

    /// Of the gates with parked jobs: the one to go on behind; "" at the start and after a whole round.
    package var parked = ""

    package init(active: String = "0", slots: String = "0", parked: String = "") {
        self.active = active
        self.slots = slots
        self.parked = parked
    }
}
