/// The moments at which an expression fires in a zone. All times are whole seconds since 1970 in UTC, and ticks lie in
/// the years 1 to 9999. A call costs a tenth of a microsecond to some 25, however far the tick is; what costs is the number
/// of changes that a zone's rules list (Africa/Casablanca has the most).
///
/// Where clocks are changed (the first and last are what product.md §8 demands):
/// - **A fixed hour** fires at the first moment at which the zone's clock shows the time *or a later one*. What a gap
///   swallows therefore fires once, at the gap's end, and together with what is due there; what a fold repeats fires
///   in the first pass only. A day that a zone skips (Pacific/Apia, 2011-12-30) is a gap like any other.
/// - **A wildcard or stepped hour** fires whenever the zone's clock shows the time: in both passes of a fold, and never
///   for what a gap swallows.
/// - **`@every`** fires at the anchor and whole intervals before and after it; zones mean nothing to it.
package struct CronSchedule: Sendable, Hashable {
    package let expression: CronExpression
    package let zone: CronZone
    /// A tick of `@every`, from which all others are counted. Nothing else depends on it.
    package let anchor: Int64

    package init(_ expression: CronExpression, zone: CronZone = .utc, anchor: Int64 = 0) {
        self.expression = expression
        self.zone = zone
        self.anchor = min(max(anchor, Self.earliest), Self.latest)
    }

    /// - Throws: ``CronError``, for the expression first.
    package init(expression: String, zone: String, anchor: Int64 = 0) throws(CronError) {
        self.init(try CronExpression(expression), zone: try CronZone(zone), anchor: anchor)
    }

    /// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z: no tick lies before or after.
    package static let earliest: Int64 = -62_135_596_800
    package static let latest: Int64 = 253_402_300_799

    /// The first tick after a moment; `nil` only near the end of year 9999.
    package func next(after moment: Int64) -> Int64? {
        if moment >= Self.latest { return nil }
        let moment = max(moment, Self.earliest - 1)
        let tick: Int64? =
            switch expression.rule {
            case .every(let seconds): anchor + ((moment - anchor).floored(by: seconds) + 1) * seconds
            case .fields(let fields):
                fields.followsElapsedTime
                    ? nextShown(of: fields, after: moment) : nextReached(of: fields, after: moment)
            }
        return tick.flatMap { $0 <= Self.latest ? $0 : nil }
    }

    /// The last tick up to a moment, itself included; `nil` only near the beginning of year 1.
    package func previous(through moment: Int64) -> Int64? {
        if moment < Self.earliest { return nil }
        let moment = min(moment, Self.latest)
        let tick: Int64? =
            switch expression.rule {
            case .every(let seconds): anchor + (moment - anchor).floored(by: seconds) * seconds
            case .fields(let fields):
                fields.followsElapsedTime
                    ? previousShown(of: fields, through: moment) : previousReached(of: fields, through: moment)
            }
        return tick.flatMap { $0 >= Self.earliest ? $0 : nil }
    }

    /// The ticks after a moment, up to another one, ascending; no more than `limit` of them, the earliest.
    package func ticks(after moment: Int64, through last: Int64, limit: Int) -> [Int64] {
        var ticks: [Int64] = []
        var from = moment
        while ticks.count < limit, let tick = next(after: from), tick <= last {
            ticks.append(tick)
            from = tick
        }
        return ticks
    }
}
