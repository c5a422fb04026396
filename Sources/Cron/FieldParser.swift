/// Reads one of the five fields:
///
///     list    = element *("," element)
///     element = ("*" / "?" / value ["-" value]) ["/" step]
///     value   = number / name
///
/// `?` stands alone, and in day fields only.
struct FieldParser {
    private let field: CronField
    private let word: CronWord
    private var position: Int
    private var found = FieldSet()

    static func parse(_ word: CronWord, as field: CronField) throws(CronFault) -> FieldSet {
        var parser = FieldParser(field: field, word: word, position: word.start)
        try parser.list()
        return parser.found
    }

    private var next: Character? { position < word.end ? word.characters[position] : nil }

    private mutating func skip(_ character: Character) -> Bool {
        if next != character { return false }
        position += 1
        return true
    }

    private func fault(at position: Int? = nil, _ problem: String, _ remedy: String) -> CronFault {
        CronFault(field, at: position ?? self.position, problem, remedy)
    }

    private mutating func list() throws(CronFault) {
        if word.characters.elementsEqual("?") { return try anyDay() }
        repeat { try element() } while skip(",")
        guard let rest = next else { return }
        if let unsupported = unsupported(rest) { throw unsupported }
        throw fault("unexpected \(CronWord.quote([rest]))", "separate values with a comma, and fields with a blank")
    }

    private mutating func anyDay() throws(CronFault) {
        guard field.isDay else { throw fault("? stands for a day only", "write *") }
        found.isAny = true
        add(Array(field.values))
    }

    private mutating func element() throws(CronFault) {
        let start = position
        if next == "?" { throw fault("? stands alone, and in a day field only", "write *") }
        if skip("*") {
            try add(Array(field.values), steppedFrom: start, isAny: true)
            return
        }
        let first = try value()
        guard skip("-") else {
            // n/s runs to the field's end.
            let isOpen = next == "/"
            let single = first.number % (field.values.upperBound + 1)
            let values =
                isOpen && first.number <= field.values.upperBound
                ? Array(first.number...field.values.upperBound) : [single]
            try add(values, steppedFrom: start, isAny: false)
            return
        }
        let last = try value()
        try add(try range(first, last, at: start), steppedFrom: start, isAny: false)
    }

    private func range(_ first: Value, _ last: Value, at start: Int) throws(CronFault) -> [Int] {
        let values = field.values
        if first.number <= last.number { return Array(first.number...last.number) }
        if first.isName && last.isName {
            return Array(first.number...values.upperBound) + Array(values.lowerBound...last.number)
        }
        let from = first.number % (values.upperBound + 1)
        let remedy =
            from <= last.number
            ? "write \(from)-\(last.number)"
            : "write \(from)-\(values.upperBound),\(values.lowerBound)-\(last.number)"
        throw fault(at: start, "the range runs backwards from \(first.number) to \(last.number)", remedy)
    }

    private mutating func add(_ values: [Int], steppedFrom start: Int, isAny: Bool) throws(CronFault) {
        guard skip("/") else {
            if isAny { found.isAny = true }
            return add(values)
        }
        let stepStart = position
        guard let step = number(), step > 0 else {
            throw fault(at: stepStart, "a step is a whole number from 1", "write it behind the slash, such as */5")
        }
        if step == 1 {
            if isAny { found.isAny = true }
            return add(values)
        }
        let kept = values.enumerated().filter { $0.offset % step == 0 }.map(\.element)
        if kept.count == 1 {
            let text = CronWord.quote(word.characters[start..<position])
            throw fault(
                at: stepStart, "a step of \(step) leaves only \(kept[0]) of \(text)",
                "write \(kept[0])\(interval(of: step))")
        }
        found.isStepped = true
        add(kept)
    }

    /// What somebody who wrote a step longer than the field may have meant.
    private func interval(of step: Int) -> String {
        switch field {
        case .minute: ", or @every \(step)m"
        case .hour: ", or @every \(step)h"
        case .dayOfMonth, .month, .dayOfWeek, .interval: ""
        }
    }

    private mutating func add(_ values: [Int]) {
        let count = field.values.upperBound + 1
        for value in values { found.bits |= 1 << UInt64(value % count) }
    }
}

extension FieldParser {
    private struct Value {
        let number: Int
        let isName: Bool
    }

    private mutating func value() throws(CronFault) -> Value {
        let start = position
        if let number = number() {
            if let next, let unsupported = unsupported(next) { throw unsupported }
            guard field.range.contains(number) else {
                throw fault(
                    at: start, "\(CronWord.quote(word.characters[start..<position])) is not in \(field.rangeText)",
                    "write a number from \(field.range.lowerBound) to \(field.range.upperBound)")
            }
            return Value(number: number, isName: false)
        }
        while let next, next.isASCII, next.isLetter { position += 1 }
        let letters = word.characters[start..<position]
        if let index = field.names.firstIndex(of: String(letters).uppercased()) {
            return Value(number: field.range.lowerBound + index, isName: true)
        }
        throw noValue(letters, at: start)
    }

    private func noValue(_ letters: ArraySlice<Character>, at start: Int) -> CronFault {
        let allowed = field.names.isEmpty ? field.rangeText : "\(field.rangeText) or a name such as \(field.names[1])"
        if let first = letters.first {
            if letters.count <= 2, let unsupported = unsupported(first, at: start) { return unsupported }
            return fault(at: start, "\(CronWord.quote(letters)) is no value", "write \(allowed), or *")
        }
        guard let next else { return fault(at: start, "a value is missing", "write \(allowed), or *") }
        if let unsupported = unsupported(next) { return unsupported }
        return fault(at: start, "a value is missing before \(CronWord.quote([next]))", "write \(allowed), or *")
    }

    /// Digits; a number beyond every range is cut to 9,999.
    private mutating func number() -> Int? {
        let start = position
        var number = 0
        while let next, next.isASCII, let digit = next.wholeNumberValue {
            number = min(number * 10 + digit, 9_999)
            position += 1
        }
        return start == position ? nil : number
    }

    /// What other crons have for the last day, the nearest working day and the nth weekday.
    private func unsupported(_ character: Character, at position: Int? = nil) -> CronFault? {
        switch character {
        case "L", "l": fault(at: position, "L (the last day) is not supported", "write 28, or a list of days")
        case "W", "w": fault(at: position, "W (the nearest working day) is not supported", "write a day, or MON-FRI")
        case "#": fault(at: position, "# (the nth weekday) is not supported", "write the weekday alone, or days")
        default: nil
        }
    }
}
