import MailModel

@testable import Ancestry

/// Short spellings of values for the tests of this module.
enum Make {
    static func id(_ text: String) -> HeaderMessageID { HeaderMessageID(rawValue: text)! }
    static func ids(_ texts: String...) -> [HeaderMessageID] { texts.map(id) }
    static func folder(_ n: Int) -> FolderID { FolderID(UUIDv7.make(milliseconds: UInt64(n), random: (0, 0))) }

    /// Seconds since the epoch of a moment in UTC.
    static func moment(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0)
        -> EpochSeconds
    {
        let days = CalendarDate(year: year, month: month, day: day).daysSinceEpoch
        return EpochSeconds(Int64(days * 86_400 + hour * 3_600 + minute * 60 + second))
    }

    /// A time as a block shows it.
    static func time(
        _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, offset: Int? = nil
    ) -> BlockTime {
        BlockTime(localMinute: moment(year, month, day, hour, minute).rawValue / 60, offsetMinutes: offset)
    }
}
