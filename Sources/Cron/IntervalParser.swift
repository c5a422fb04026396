/// Reads the interval of `@every`: days, hours, minutes and seconds, each at most once and in this order (`1h30m`).
enum IntervalParser {
    /// Seconds: as long as the longest year.
    static let longest: Int64 = 366 * 86_400

    private static let units: [(letter: Character, seconds: Int64)] = [
        ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
    ]

    /// - Returns: seconds, from 1 to `longest`.
    static func parse(_ word: CronWord) throws(CronFault) -> Int64 {
        var total: Int64 = 0
        var position = word.start
        var coarsest = 0
        while position < word.end {
            let start = position
            var count: Int64 = 0
            while position < word.end, let digit = digit(word.characters[position]) {
                count = min(count * 10 + digit, longest + 1)
                position += 1
            }
            if position == start {
                throw fault(
                    at: start, "a whole number is missing before \(CronWord.quote(word.characters[start...]))",
                    "write an interval such as 90s, 5m, 1h30m or 2d")
            }
            guard position < word.end else {
                throw fault(at: position, "the unit is missing", "write s, m, h or d behind the number")
            }
            let letter = Character(word.characters[position].lowercased())
            guard let unit = units.firstIndex(where: { $0.letter == letter }) else {
                throw fault(
                    at: position, "there is no unit \(CronWord.quote([word.characters[position]]))",
                    "use whole numbers of s, m, h and d, such as 1h30m")
            }
            guard unit >= coarsest else {
                throw fault(at: start, "units stand once each, the longest first", "write such as 1h30m")
            }
            coarsest = unit + 1
            position += 1
            // Each factor is bounded, so the sum can't overflow.
            total += count * units[unit].seconds
        }
        guard (1...longest).contains(total) else {
            throw fault(
                at: word.start, "an interval has at least 1 second and at most 366 days", "write 1s to 366d")
        }
        return total
    }

    private static func digit(_ character: Character) -> Int64? {
        character.isASCII ? character.wholeNumberValue.map(Int64.init) : nil
    }

    private static func fault(at position: Int, _ problem: String, _ remedy: String) -> CronFault {
        CronFault(.interval, at: position, problem, remedy)
    }
}
