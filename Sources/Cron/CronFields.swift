/// Five fields as sets of bits: bit n stands for the value n.
struct CronFields: Sendable, Hashable {
    var minutes: UInt64 = 0
    var hours: UInt64 = 0
    var daysOfMonth: UInt64 = 0
    var months: UInt64 = 0
    /// Sunday is bit 0.
    var weekdays: UInt64 = 0
    /// The field was `*` or `?`: it leaves the day to the other one.
    var isAnyDayOfMonth = false
    var isAnyWeekday = false
    /// The hour was a wildcard or stepped, or names all 24.
    var followsElapsedTime = false

    /// Whether there is a day that satisfies the day fields and the month.
    var canFire: Bool {
        if isAnyDayOfMonth || !isAnyWeekday { return true }
        let longest = months.bits.map { CivilDate.longestMonth($0) }.max() ?? 0
        return daysOfMonth.trailingZeroBitCount <= longest
    }

    /// The days of a month that satisfy both day fields: bit 1 is the first.
    func days(year: Int, month: Int) -> UInt64 {
        let first = CivilDate(year: year, month: month, day: 1)
        let all: UInt64 = (2 << UInt64(first.monthLength)) - 2
        if isAnyDayOfMonth && isAnyWeekday { return all }
        if isAnyWeekday { return daysOfMonth & all }
        // A week beginning on the month's first weekday, five times over.
        let weekday = UInt64(first.weekday)
        let week = (weekdays >> weekday | weekdays << (7 - weekday)) & 0x7F
        let byWeekday = (week &* 0x1020_4081) << 1
        return (isAnyDayOfMonth ? byWeekday : byWeekday | daysOfMonth) & all
    }
}

extension UInt64 {
    /// Numbers of the bits that are set, ascending.
    var bits: [Int] { (0..<64).filter { self & (1 << UInt64($0)) != 0 } }

    func has(_ bit: Int) -> Bool { bit >= 0 && self >> UInt64(bit) & 1 == 1 }

    /// The lowest bit set from this one on.
    func firstBit(from bit: Int) -> Int? {
        let rest = self & (UInt64.max << UInt64(bit))
        return rest == 0 ? nil : rest.trailingZeroBitCount
    }

    /// The highest bit set up to this one.
    func lastBit(through bit: Int) -> Int? {
        if bit < 0 { return nil }
        let rest = self & (UInt64.max >> UInt64(63 - bit))
        return rest == 0 ? nil : 63 - rest.leadingZeroBitCount
    }
}
