// Local times are seconds of a clock without zones: what UTC would be if the local date and time stood in it. The search
// goes by months, a few operations each, and ends with the years that are dated.
extension CronFields {
    /// The first matching local time that isn't before this one; a whole minute.
    func first(from local: Int64) -> Int64? {
        let minute = Int((local + 59).floored(by: 60))
        let day = minute.floored(by: 1_440)
        var date = CivilDate(day: day)
        if matches(date), let time = firstTime(from: minute - day * 1_440) { return Self.local(date, time) }
        guard let time = firstTime(from: 0) else { return nil }
        var from = date.day + 1
        while date.year <= CivilDate.lastYear {
            if months.has(date.month), let day = days(year: date.year, month: date.month).firstBit(from: from) {
                date.day = day
                return Self.local(date, time)
            }
            from = 1
            date.month += 1
            if date.month > 12 { (date.year, date.month) = (date.year + 1, 1) }
        }
        return nil
    }

    /// The last matching local time that isn't after this one; a whole minute.
    func last(through local: Int64) -> Int64? {
        let minute = Int(local.floored(by: 60))
        let day = minute.floored(by: 1_440)
        var date = CivilDate(day: day)
        if matches(date), let time = lastTime(through: minute - day * 1_440) { return Self.local(date, time) }
        guard let time = lastTime(through: 1_439) else { return nil }
        var through = date.day - 1
        while date.year >= CivilDate.firstYear {
            if months.has(date.month), let day = days(year: date.year, month: date.month).lastBit(through: through) {
                date.day = day
                return Self.local(date, time)
            }
            through = 31
            date.month -= 1
            if date.month < 1 { (date.year, date.month) = (date.year - 1, 12) }
        }
        return nil
    }

    private func matches(_ date: CivilDate) -> Bool {
        months.has(date.month) && days(year: date.year, month: date.month).has(date.day)
    }

    /// Minutes of a day.
    private func firstTime(from minute: Int) -> Int? {
        let hour = minute / 60
        if hours.has(hour), let same = minutes.firstBit(from: minute % 60) { return hour * 60 + same }
        guard let later = hours.firstBit(from: hour + 1), let first = minutes.firstBit(from: 0) else { return nil }
        return later * 60 + first
    }

    private func lastTime(through minute: Int) -> Int? {
        let hour = minute / 60
        if hours.has(hour), let same = minutes.lastBit(through: minute % 60) { return hour * 60 + same }
        guard let earlier = hours.lastBit(through: hour - 1), let last = minutes.lastBit(through: 59) else {
            return nil
        }
        return earlier * 60 + last
    }

    private static func local(_ date: CivilDate, _ minute: Int) -> Int64 {
        Int64(date.daysSinceEpoch) * 86_400 + Int64(minute) * 60
    }
}
