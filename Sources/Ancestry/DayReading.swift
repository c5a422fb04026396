import MailModel

/// The day within a date, once its time and zone are taken out.
enum DayReading {
    /// All days that it may mean.
    static func read(_ tokens: [DateToken]) -> [CalendarDate] {
        if let day = withMarks(tokens) ?? withMonthName(tokens) { return [day] }
        return inNumbers(tokens)
    }

    /// `2024年1月15日`, `2024년 1월 15일`: each number with its own mark.
    private static func withMarks(_ tokens: [DateToken]) -> CalendarDate? {
        var year: Int?
        var month: Int?
        var day: Int?
        for (index, token) in tokens.enumerated().dropFirst() {
            guard let mark = token.word, let value = tokens[index - 1].number else { continue }
            switch mark {
            case "年", "년": year = year ?? value
            case "月", "월": month = month ?? value
            case "日", "일", "号", "號": day = day ?? value
            default: continue
            }
        }
        guard let year, let month, let day else { return nil }
        return valid(year: year, month: month, day: day)
    }

    /// `15. Januar 2024`, `January 15, 2024`, `15 de enero de 2024`, `15-Jan-24`.
    private static func withMonthName(_ tokens: [DateToken]) -> CalendarDate? {
        let named = tokens.indices.filter { tokens[$0].word.flatMap(MonthNames.month) != nil }
        // Of `mar. 16 janv. 2024` and `mar 12 mar 2024` the first is the weekday.
        let sure = named.last { !MonthNames.isAlsoWeekday(tokens[$0].word ?? "") }
        guard let index = sure ?? named.last, let month = tokens[index].word.flatMap(MonthNames.month) else {
            return nil
        }
        let before = tokens[..<index].indices.last { isDay(tokens[$0]) && !hasNumber(tokens, between: $0, and: index) }
        let after = tokens[(index + 1)...].indices.first { isDay(tokens[$0]) }
        guard let at = before ?? after, let day = tokens[at].number else { return nil }
        let long = tokens.first { if case .number(_, digits: 4) = $0 { true } else { false } }?.number
        let short = tokens[(max(at, index) + 1)...].first { if case .number(_, digits: 2) = $0 { true } else { false } }
        guard let year = long ?? short?.number.map({ 2_000 + $0 }) else { return nil }
        return valid(year: year, month: month, day: day)
    }

    private static func isDay(_ token: DateToken) -> Bool {
        guard case .number(let value, let digits) = token else { return false }
        return digits <= 2 && (1...31).contains(value)
    }

    private static func hasNumber(_ tokens: [DateToken], between low: Int, and high: Int) -> Bool {
        tokens[(low + 1)..<high].contains { $0.number != nil }
    }

    /// `2024-01-15`, `2024. 1. 15.`, `15.01.2024`, `1/15/24`: three numbers with one sort of mark between them.
    private static func inNumbers(_ tokens: [DateToken]) -> [CalendarDate] {
        guard tokens.count >= 5 else { return [] }
        for index in 0...(tokens.count - 5) {
            guard case .number(let a, let aDigits) = tokens[index], case .symbol(let mark) = tokens[index + 1],
                case .number(let b, let bDigits) = tokens[index + 2], tokens[index + 3] == .symbol(mark),
                case .number(let c, let cDigits) = tokens[index + 4], ["-", "/", "."].contains(mark), bDigits <= 2
            else { continue }
            if aDigits == 4 { return [valid(year: a, month: b, day: c)].compactMap { $0 } }
            guard aDigits <= 2, cDigits == 4 || cDigits == 2 else { continue }
            let year = cDigits == 4 ? c : 2_000 + c
            var days = [valid(year: year, month: b, day: a)]
            // Only with slashes does anybody put the month first.
            if mark == "/" { days.append(valid(year: year, month: a, day: b)) }
            // Short dates of East Asia begin with the year.
            if aDigits == 2, cDigits == 2 { days.append(valid(year: 2_000 + a, month: b, day: c)) }
            var seen: Set<CalendarDate> = []
            return days.compactMap { $0 }.filter { seen.insert($0).inserted }
        }
        return []
    }

    /// `nil` for a day that no calendar has, or that no e-mail can be from.
    private static func valid(year: Int, month: Int, day: Int) -> CalendarDate? {
        guard (1_970...2_200).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        let date = CalendarDate(year: year, month: month, day: day)
        return CalendarDate(daysSinceEpoch: date.daysSinceEpoch) == date ? date : nil
    }
}
