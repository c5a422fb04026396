package import JobQueue

/// How a gate stands, over all shards.
package struct GateSummary: Sendable, Hashable {
    package let name: String
    /// As it was set, over all shards.
    package var limit: GateLimit
    /// Milliseconds since 1970 until which it lets nobody through; `nil` if it is open.
    package var closedUntil: Int64?
    /// Running jobs that hold a slot.
    package var slotsUsed: Int
    /// Jobs that it keeps back.
    package var parked: Int
    /// Connections that may be open at once, as it was set; `nil` where nothing was.
    package var connections: Int?
    /// Connections that are open now; `nil` for gates that have none.
    package var connectionsOpen: Int?

    /// A gate that jobs don't wait at.
    init(_ name: String) {
        self.name = name
        limit = GateLimit(slots: nil, rate: nil, burst: 1)
        slotsUsed = 0
        parked = 0
    }

    init(_ status: GateStatus) {
        name = status.name
        limit = status.limit
        closedUntil = status.closedUntil
        slotsUsed = status.slotsUsed
        parked = status.parked
    }

    mutating func add(_ status: GateStatus) {
        closedUntil = [closedUntil, status.closedUntil].compactMap(\.self).max()
        slotsUsed += status.slotsUsed
        parked += status.parked
    }
}
