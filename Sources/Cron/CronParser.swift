/// Cuts an expression into words and tells macros from fields; the words' content is the affair of ``FieldParser`` and
/// ``IntervalParser``.
struct CronParser {
    private let words: [CronWord]
    private let end: Int

    init(_ text: String) throws(CronFault) {
        let characters = Array(text.prefix(CronExpression.longestText + 1))
        guard characters.count <= CronExpression.longestText else {
            throw CronFault(
                nil, at: CronExpression.longestText,
                "an expression has \(CronExpression.longestText) characters at most", "use ranges and steps")
        }
        words = CronWord.all(of: characters)
        end = words.last?.end ?? 0
    }

    /// The words with single blanks between them.
    var normalizedText: String { words.map { String($0.characters) }.joined(separator: " ") }

    func rule() throws(CronFault) -> CronRule {
        guard let first = words.first else {
            throw CronFault(nil, at: 0, "the expression is empty", "write five fields, such as 0 6 * * *, or @daily")
        }
        if first.characters.first == "@" { return try macro(first) }
        return .fields(try fields())
    }

    private func fields() throws(CronFault) -> CronFields {
        let order = CronField.ordered
        if words.count < order.count {
            throw CronFault(
                order[words.count], at: end, "the field is missing: there are \(words.count) of five",
                "write minute hour day-of-month month day-of-week, such as 0 6 * * *")
        }
        if words.count > order.count {
            throw CronFault(
                nil, at: words[order.count].start, "there are \(words.count) fields, and five are read",
                "leave out seconds and years, which are not supported")
        }
        var fields = CronFields()
        let minute = try FieldParser.parse(words[0], as: .minute)
        let hour = try FieldParser.parse(words[1], as: .hour)
        let day = try FieldParser.parse(words[2], as: .dayOfMonth)
        let month = try FieldParser.parse(words[3], as: .month)
        let weekday = try FieldParser.parse(words[4], as: .dayOfWeek)
        fields.minutes = minute.bits
        fields.hours = hour.bits
        fields.daysOfMonth = day.bits
        fields.months = month.bits
        fields.weekdays = weekday.bits
        fields.isAnyDayOfMonth = day.isAny
        fields.isAnyWeekday = weekday.isAny
        // 0-23 fires at every hour as well as * does, and must not stop for an hour when the clocks go back.
        fields.followsElapsedTime = hour.isAny || hour.isStepped || hour.bits == 0xFF_FFFF
        guard fields.canFire else {
            let longest = fields.months.bits.map { CivilDate.longestMonth($0) }.max() ?? 0
            throw CronFault(
                .dayOfMonth, at: words[2].start, "no month of the month field has such a day: it would never fire",
                "choose a day up to \(longest), or other months")
        }
        return fields
    }

    private func macro(_ first: CronWord) throws(CronFault) -> CronRule {
        let name = String(first.characters).lowercased()
        if name == "@every" { return .every(seconds: try interval(after: first)) }
        let text: String
        switch name {
        case "@hourly": text = "0 * * * *"
        case "@daily", "@midnight": text = "0 0 * * *"
        case "@weekly": text = "0 0 * * 0"
        case "@monthly": text = "0 0 1 * *"
        case "@yearly", "@annually": text = "0 0 1 1 *"
        case "@reboot":
            throw CronFault(nil, at: first.start, "@reboot names no time", "use @every, a macro or five fields")
        default:
            throw CronFault(
                nil, at: first.start, "there is no macro \(first.quoted)",
                "use @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually, @every 5m, or five fields")
        }
        if words.count > 1 {
            throw CronFault(nil, at: words[1].start, "nothing may follow \(name)", "leave out \(words[1].quoted)")
        }
        return try CronParser(text).rule()
    }

    private func interval(after macro: CronWord) throws(CronFault) -> Int64 {
        guard words.count > 1 else {
            throw CronFault(.interval, at: end, "@every needs an interval", "write it behind, such as @every 5m")
        }
        if words.count > 2 {
            throw CronFault(
                .interval, at: words[2].start, "the interval is one word", "write it without blanks, such as 1h30m")
        }
        return try IntervalParser.parse(words[1])
    }
}
