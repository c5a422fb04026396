/// A zone within a date.
struct ZoneOffset {
    /// East of UTC.
    let minutes: Int
    /// The tokens that it takes up.
    let range: Range<Int>

    /// `+0900`, `+09:00`, `GMT+9`, `UTC-03:00`, `CET`. Digits alone count only behind the time: a date has dashes too.
    static func find(in tokens: [DateToken], after time: Int) -> ZoneOffset? {
        for index in tokens.indices {
            if let word = tokens[index].word, let base = ZoneNames.offset(word) {
                if base == 0, let offset = signed(tokens, at: index + 1, isNamed: true) {
                    return ZoneOffset(minutes: offset.minutes, range: index..<offset.range.upperBound)
                }
                // A number behind the time says more than the name that follows it: `+0900 (KST)`.
                if let offset = numeric(tokens, after: time) { return offset }
                return ZoneOffset(minutes: base, range: index..<(index + 1))
            }
        }
        return numeric(tokens, after: time)
    }

    private static func numeric(_ tokens: [DateToken], after time: Int) -> ZoneOffset? {
        for index in tokens.indices.dropFirst(time) {
            if let offset = signed(tokens, at: index, isNamed: false) { return offset }
        }
        return nil
    }

    private static func signed(_ tokens: [DateToken], at index: Int, isNamed: Bool) -> ZoneOffset? {
        let sign: Int
        switch tokens[safe: index] {
        case .symbol("+"): sign = 1
        case .symbol("-"): sign = -1
        default: return nil
        }
        guard case .number(let value, let digits)? = tokens[safe: index + 1] else { return nil }
        var minutes: Int
        var end = index + 2
        switch digits {
        case 4: minutes = value / 100 * 60 + value % 100
        case 1, 2:
            minutes = value * 60
            if tokens[safe: end] == .symbol(":"), case .number(let more, digits: 2)? = tokens[safe: end + 1] {
                minutes += more
                end += 2
            } else if !isNamed {
                return nil
            }
        default: return nil
        }
        minutes *= sign
        guard BlockTime.offsets.contains(minutes) else { return nil }
        return ZoneOffset(minutes: minutes, range: index..<end)
    }
}
