package import MailModel

/// A day of the Gregorian calendar in UTC.
package struct CalendarDate: Hashable, Sendable {
    package let year: Int
    /// 1 to 12.
    package let month: Int
    /// 1 to 31.
    package let day: Int

    /// The day in UTC on which a moment lies.
    package init(_ moment: EpochSeconds) {
        // Days are counted from 0000-03-01, so that a leap day is the last of its year, in eras of 400 years.
        let days = Int(Self.floorDivide(moment.rawValue, 86_400)) + 719_468
        let era = Int(Self.floorDivide(Int64(days), 146_097))
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
        value >= 0 ? value / by : (value - by + 1) / by
    }

    private static let monthNames = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension CalendarDate: CustomStringConvertible {
    /// IMAP's `date-text` (RFC 9051 §9), `1-Feb-2026`.
    package var description: String { "\(day)-\(Self.monthNames[month - 1])-\(year)" }
}
