import TestSupport

/// A random expression and what it means, made together, so that the meaning doesn't come from the parser.
struct RandomExpression {
    let text: String
    let minutes: Set<Int>
    let hours: Set<Int>
    let days: Set<Int>
    let months: Set<Int>
    let weekdays: Set<Int>
    let isAnyDay: Bool
    let isAnyWeekday: Bool
    let followsElapsedTime: Bool

    /// - Parameters:
    ///   - hour: one about which hours are chosen.
    ///   - day: one about which days are chosen.
    init(near hour: Int, day: Int, using random: inout SeededGenerator) {
        let minute = Self.field(0...59, near: [0, 0, 0, 1, 15, 29, 30, 45, 59], wildcard: 3, &random)
        let nearHours = (-3...3).map { (hour + $0 + 24) % 24 }
        let hours = Self.field(0...23, near: nearHours + [0, 23], wildcard: 3, &random)
        let nearDays = (-2...2).map { (day + $0 + 30) % 31 + 1 }
        let days = Self.field(1...31, near: nearDays, wildcard: 6, &random)
        let months = Self.field(1...12, near: [3, 4, 9, 10, 11, 12], wildcard: 9, &random)
        let weekdays = Self.field(0...6, near: [6, 0, 1, 5], wildcard: 6, &random)
        text = [minute.text, hours.text, days.text, months.text, weekdays.text].joined(separator: " ")
        minutes = minute.values
        self.hours = hours.values
        self.days = days.values
        self.months = months.values
        self.weekdays = weekdays.values
        isAnyDay = days.text == "*"
        isAnyWeekday = weekdays.text == "*"
        followsElapsedTime = hours.text == "*" || hours.text.contains("/") || hours.values.count == 24
    }

    func matches(minute: Int, hour: Int, day: Int, month: Int, weekday: Int) -> Bool {
        guard minutes.contains(minute), hours.contains(hour), months.contains(month) else { return false }
        switch (isAnyDay, isAnyWeekday) {
        case (true, true): return true
        case (true, false): return weekdays.contains(weekday)
        case (false, true): return days.contains(day)
        case (false, false): return weekdays.contains(weekday) || days.contains(day)
        }
    }

    private static func field(
        _ range: ClosedRange<Int>, near: [Int], wildcard: Int, _ random: inout SeededGenerator
    ) -> (text: String, values: Set<Int>) {
        if Int.random(in: 0..<10, using: &random) < wildcard { return ("*", Set(range)) }
        var texts: [String] = []
        var values: Set<Int> = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let value = near.randomElement(using: &random) ?? range.lowerBound
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where value < range.upperBound:
                let last = Int.random(in: value...range.upperBound, using: &random)
                texts.append("\(value)-\(last)")
                values.formUnion(value...last)
            case 1:
                let step = Int.random(in: 2...(range.count / 2), using: &random)
                texts.append("*/\(step)")
                values.formUnion(stride(from: range.lowerBound, through: range.upperBound, by: step))
            case 2 where value < range.upperBound - 1:
                let last = Int.random(in: (value + 2)...range.upperBound, using: &random)
                texts.append("\(value)-\(last)/2")
                values.formUnion(stride(from: value, through: last, by: 2))
            default:
                texts.append("\(value)")
                values.insert(value)
            }
        }
        return (texts.joined(separator: ","), values)
    }
}
