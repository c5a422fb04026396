/// A time of day within a date.
struct ClockTime {
    /// 0 to 23.
    let hour: Int
    let minute: Int
    /// The tokens that it takes up, the half of the day behind it included.
    let range: Range<Int>

    private enum Half { case morning, afternoon }

    static func find(in tokens: [DateToken]) -> ClockTime? {
        for index in tokens.indices {
            if let time = withColon(tokens, at: index) ?? withWords(tokens, at: index) {
                return adjusted(time, in: tokens)
            }
        }
        // Without a colon only as a last resort: `15.01.2024 10.30`.
        for index in tokens.indices {
            if let time = withFullStop(tokens, at: index) { return adjusted(time, in: tokens) }
        }
        return nil
    }

    /// `10:30`, `10:30:00`.
    private static func withColon(_ tokens: [DateToken], at index: Int) -> ClockTime? {
        guard let hour = number(tokens, index, below: 24), isSymbol(tokens, index + 1, ":"),
            let minute = number(tokens, index + 2, below: 60), digits(tokens, index + 2) == 2,
            !isOffset(tokens, at: index)
        else { return nil }
        let hasSeconds = isSymbol(tokens, index + 3, ":") && number(tokens, index + 4, below: 61) != nil
        return ClockTime(hour: hour, minute: minute, range: index..<(index + (hasSeconds ? 5 : 3)))
    }

    /// `10h30`, `10 Uhr 30`, `10시 30분`, `10時30分`, `10点30分`; the minutes may be missing.
    private static func withWords(_ tokens: [DateToken], at index: Int) -> ClockTime? {
        guard let hour = number(tokens, index, below: 24), let word = tokens[safe: index + 1]?.word,
            ["h", "시", "時", "时", "点", "點"].contains(word)
        else { return nil }
        guard let minute = number(tokens, index + 2, below: 60) else {
            return ClockTime(hour: hour, minute: 0, range: index..<(index + 2))
        }
        var end = index + 3
        if let word = tokens[safe: end]?.word, ["분", "分", "min"].contains(word) { end += 1 }
        if number(tokens, end, below: 61) != nil, let word = tokens[safe: end + 1]?.word,
            ["초", "秒", "s"].contains(word)
        {
            end += 2
        }
        return ClockTime(hour: hour, minute: minute, range: index..<end)
    }

    /// `10.30`, where neither side goes on as a date would.
    private static func withFullStop(_ tokens: [DateToken], at index: Int) -> ClockTime? {
        guard let hour = number(tokens, index, below: 24), isSymbol(tokens, index + 1, "."),
            let minute = number(tokens, index + 2, below: 60), digits(tokens, index + 2) == 2,
            !(isSymbol(tokens, index + 3, ".") && tokens[safe: index + 4]?.number != nil),
            !(isSymbol(tokens, index - 1, ".") && tokens[safe: index - 2]?.number != nil)
        else { return nil }
        return ClockTime(hour: hour, minute: minute, range: index..<(index + 3))
    }

    /// Whether what looks like a time is a zone's offset, `+09:00`.
    private static func isOffset(_ tokens: [DateToken], at index: Int) -> Bool {
        if isSymbol(tokens, index - 1, "+") { return true }
        guard isSymbol(tokens, index - 1, "-"), let word = tokens[safe: index - 2]?.word else { return false }
        return ZoneNames.offset(word) != nil
    }

    private static func adjusted(_ time: ClockTime, in tokens: [DateToken]) -> ClockTime {
        let (half, end) = half(of: time, in: tokens)
        var hour = time.hour
        switch half {
        case .morning where hour == 12: hour = 0
        case .afternoon where hour < 12: hour += 12
        default: break
        }
        return ClockTime(hour: hour, minute: time.minute, range: time.range.lowerBound..<end)
    }

    private static func half(of time: ClockTime, in tokens: [DateToken]) -> (Half?, end: Int) {
        let end = time.range.upperBound
        // Behind it: `AM`, `p.m.`, `a. m.`, `em`.
        var letters = ""
        var at = end
        while at < min(end + 4, tokens.count) {
            if let word = tokens[at].word, word.utf8.count <= 4 {
                letters += word
            } else if tokens[at] != .symbol(".") {
                break
            }
            at += 1
            if let half = latin[letters] { return (half, isSymbol(tokens, at, ".") ? at + 1 : at) }
        }
        // In front of it, with a weekday between them perhaps: `오전 10:30`, `上午10:30`, `ÖS 10:30`.
        let before = tokens[max(0, time.range.lowerBound - 3)..<time.range.lowerBound].compactMap(\.word)
        for index in before.indices.reversed() {
            if let half = eastern[before[index]] { return (half, end) }
            if index > 0, let half = eastern[before[index - 1] + before[index]] { return (half, end) }
        }
        if let word = before.last, let half = latin[word] { return (half, end) }
        return (nil, end)
    }

    private static let latin: [String: Half] = [
        "am": .morning, "pm": .afternoon,
        "öö": .morning, "ös": .afternoon,  // Turkish
        "fm": .morning, "em": .afternoon,  // Swedish
    ]

    private static let eastern: [String: Half] = [
        "오전": .morning, "오후": .afternoon,
        "午前": .morning, "午後": .afternoon, "午后": .afternoon,
        "上午": .morning, "下午": .afternoon, "凌晨": .morning, "早上": .morning, "清晨": .morning, "晚上": .afternoon,
    ]

    private static func number(_ tokens: [DateToken], _ index: Int, below bound: Int) -> Int? {
        guard case .number(let value, let digits)? = tokens[safe: index], digits <= 2, value < bound else { return nil }
        return value
    }

    private static func digits(_ tokens: [DateToken], _ index: Int) -> Int {
        if case .number(_, let digits)? = tokens[safe: index] { digits } else { 0 }
    }

    private static func isSymbol(_ tokens: [DateToken], _ index: Int, _ symbol: Unicode.Scalar) -> Bool {
        tokens[safe: index] == .symbol(symbol)
    }
}
