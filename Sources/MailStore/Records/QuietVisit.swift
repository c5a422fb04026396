/// A visit that went well and found no change.
package struct QuietVisit: Sendable, Hashable {
    /// Of the `read` lane.
    package let lease: LaneLease
    /// The account's interval: it is due at its own place within the next.
    package let intervalSeconds: Double

    package init(lease: LaneLease, intervalSeconds: Double) {
        self.lease = lease
        self.intervalSeconds = intervalSeconds
    }
}
