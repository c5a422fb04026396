import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a zone's clock shows at every step of a stretch of time, by nothing but the zone's offset at each; and by it,
/// when expressions fire. It knows no transitions and no calendar of its own: what is shown twice is remembered, and
/// what is left out is noticed.
struct ClockOracle {
    private struct Shown {
        let minute, hour, day, month, weekday: Int

        init(_ local: Int64) {
            var seconds = time_t(local)
            var parts = tm()
            gmtime_r(&seconds, &parts)
            minute = Int(parts.tm_min)
            hour = Int(parts.tm_hour)
            day = Int(parts.tm_mday)
            month = Int(parts.tm_mon) + 1
            weekday = Int(parts.tm_wday)
        }

        func satisfies(_ expression: RandomExpression) -> Bool {
            expression.matches(minute: minute, hour: hour, day: day, month: month, weekday: weekday)
        }
    }

    private struct Step {
        let moment: Int64
        /// The whole minute that the clock shows, if it does.
        var shown: Shown?
        var isShownAgain = false
        /// Whole minutes that it left out since the step before.
        var leftOut: [Shown] = []
    }

    /// Those at which a whole minute is shown, or was left out.
    private var steps: [Step] = []
    /// What can be asked: the first days only tell what was shown before.
    let range: ClosedRange<Int64>

    /// - Parameter step: seconds; a minute wherever all offsets are whole minutes.
    init(_ zone: TimeZone, around moment: Int64, before: Int64, warmUp: Int64, after: Int64, step: Int64) {
        range = (moment - before)...(moment + after)
        var seen: Set<Int64> = []
        var previous: Int64?
        for moment in stride(from: range.lowerBound - warmUp, through: range.upperBound, by: Int(step)) {
            let local = moment + Self.offset(of: zone, at: moment)
            var current = Step(moment: moment)
            if let previous, local > previous + step {
                for minute in (previous + 1)..<local where minute % 60 == 0 && seen.insert(minute).inserted {
                    current.leftOut.append(Shown(minute))
                }
            }
            if local % 60 == 0 {
                current.shown = Shown(local)
                current.isShownAgain = !seen.insert(local).inserted
            }
            previous = local
            if current.shown != nil || !current.leftOut.isEmpty, range.contains(moment) { steps.append(current) }
        }
    }

    func ticks(of expression: RandomExpression) -> [Int64] {
        steps.filter { step in
            let isShown = step.shown.map { $0.satisfies(expression) } ?? false
            if expression.followsElapsedTime { return isShown }
            return isShown && !step.isShownAgain || step.leftOut.contains { $0.satisfies(expression) }
        }.map(\.moment)
    }

    static func offset(of zone: TimeZone, at moment: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment))))
    }

    /// The moments of a year at which the offset changes, found by asking for it every hour.
    static func changes(of zone: TimeZone, in year: Int) -> [Int64] {
        let start = Int64(Double(year - 1970) * 365.2425) * 86_400
        return stride(from: start, to: start + 366 * 86_400, by: 3_600).compactMap { hour in
            let before = offset(of: zone, at: hour)
            if before == offset(of: zone, at: hour + 3_600) { return nil }
            var (low, high) = (hour, hour + 3_600)
            while high - low > 1 {
                let middle = (low + high) / 2
                if offset(of: zone, at: middle) == before { low = middle } else { high = middle }
            }
            return high
        }
    }
}
