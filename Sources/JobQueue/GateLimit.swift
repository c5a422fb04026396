/// What a gate lets through.
package struct GateLimit: Sendable, Hashable {
    /// Jobs at once; nil for any number.
    package var slots: Int?
    /// Jobs a second in the long run; nil for any number.
    package var rate: Double?
    /// Jobs that may start at once after a rest; counts only with a rate.
    package var burst: Int

    package init(slots: Int? = nil, rate: Double? = nil, burst: Int = 1) {
        self.slots = slots
        self.rate = rate
        self.burst = burst
    }
}
