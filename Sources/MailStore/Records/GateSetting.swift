/// What an operator has set for a gate of the queue.
package struct GateSetting: Sendable, Hashable {
    /// `class:name`, or `class:*` for all of a class that have no limit of their own.
    package var gate: String
    /// Jobs at once; `nil` for any number.
    package var slots: Int?
    /// Jobs a second in the long run; `nil` for any number.
    package var ratePerSecond: Double?
    /// Jobs that may start at once after a rest.
    package var burst: Int
    /// Connections open at once, for gates of hosts and accounts; `nil` for any number at a host, and the usual for an
    /// account.
    package var connections: Int?

    package init(
        gate: String, slots: Int? = nil, ratePerSecond: Double? = nil, burst: Int = 1, connections: Int? = nil
    ) {
        self.gate = gate
        self.slots = slots
        self.ratePerSecond = ratePerSecond
        self.burst = burst
        self.connections = connections
    }
}
