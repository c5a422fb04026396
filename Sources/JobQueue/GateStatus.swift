internal import Redis

/// How a gate stands. Its name is `class:name`, or `class:*` for what all of a class have that have no limit of their own.
package struct GateStatus: Sendable, Hashable {
    package let name: String
    package let limit: GateLimit
    /// Milliseconds since 1970 until which it lets nobody through; nil if it is open.
    package let closedUntil: Int64?
    /// Running jobs that hold a slot.
    package let slotsUsed: Int
    /// Jobs that it keeps back.
    package let parked: Int

    /// Reads a row of `overview.lua`.
    init?(reply: RedisValue) {
        guard let row = reply.array, row.count == 7, let name = row[0].string, let slots = row[1].integer,
            let rate = row[2].string.flatMap(Double.init), let burst = row[3].integer, let closed = row[4].integer,
            let used = row[5].integer, let parked = row[6].integer
        else { return nil }
        self.name = name
        limit = GateLimit(slots: slots < 0 ? nil : Int(slots), rate: rate < 0 ? nil : rate, burst: Int(burst))
        closedUntil = closed == 0 ? nil : closed
        slotsUsed = Int(used)
        self.parked = Int(parked)
    }
}
