import MailModel
import Testing

@Suite("Calendar dates")
struct CalendarDateTests {
    @Test("days follow each other without a gap for four centuries, forwards and before the epoch")
    func calendar() {
        var previous = CalendarDate(EpochSeconds(-86_400 * 70_000))
        for day in -69_999..<76_097 {
            let date = CalendarDate(EpochSeconds(Int64(day) * 86_400 + 86_399))
            let follows = date.day == previous.day + 1 && date.month == previous.month && date.year == previous.year
            let newMonth = date.day == 1 && date.month == previous.month + 1 && previous.day >= 28
            let newYear =
                date.day == 1 && date.month == 1 && previous.month == 12 && previous.day == 31
                && date.year == previous.year + 1
            if !(follows || newMonth || newYear) { Issue.record("\(previous) is followed by \(date)") }
            previous = date
        }
        #expect(CalendarDate(EpochSeconds(0)).description == "1-Jan-1970")
        #expect(CalendarDate(EpochSeconds(-1)).description == "31-Dec-1969")
        #expect(CalendarDate(EpochSeconds(951_782_400)).description == "29-Feb-2000")
        #expect(CalendarDate(EpochSeconds(4_107_542_400)).description == "1-Mar-2100")
    }

    @Test("a day's number leads back to the day")
    func numbers() {
        for days in stride(from: -70_000, through: 70_000, by: 37) {
            #expect(CalendarDate(daysSinceEpoch: days).daysSinceEpoch == days)
        }
    }
}
