import MailModel

/// Reads a date as mail programs write it for people, whatever the language: `Mon, Jan 15, 2024 at 10:30 AM`,
/// `Montag, 15. Januar 2024 10:30`, `2024년 1월 15일 (월) 오전 10:30`, `15/01/2024 10:30`,
/// `Mon, 15 Jan 2024 10:30:00 +0900`.
///
/// It looks for a time, then a zone, then a day among what is left; words that are none of these are passed over.
enum BlockDate {
    /// - Returns: all that it may mean; empty where it has no time of day or no day.
    static func read(_ text: String) -> [BlockTime] {
        let tokens = DateToken.split(text)
        guard let time = ClockTime.find(in: tokens) else { return [] }
        let zone = ZoneOffset.find(in: tokens, after: time.range.upperBound)
        var rest = tokens
        rest.replaceSubrange(time.range, with: [.symbol(";")])
        if let zone {
            // The time has become one token.
            let shift = zone.range.lowerBound >= time.range.upperBound ? time.range.count - 1 : 0
            let range = (zone.range.lowerBound - shift)..<(zone.range.upperBound - shift)
            rest.replaceSubrange(range, with: [.symbol(";")])
        }
        return DayReading.read(rest).map { day in
            BlockTime(
                localMinute: Int64(day.daysSinceEpoch) * 1_440 + Int64(time.hour * 60 + time.minute),
                offsetMinutes: zone?.minutes)
        }
    }
}
