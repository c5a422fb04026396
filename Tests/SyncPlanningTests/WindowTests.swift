import MailModel
import Testing

@testable import SyncPlanning

@Suite("The 72-hour window")
struct WindowTests {
    @Test("72 hours before T is inside to the second, and the second before is not")
    func toTheSecond() {
        let window = Window(start: EpochSeconds(1_000_000))
        #expect(window.cutoff == EpochSeconds(1_000_000 - 259_200))
        #expect(window.contains(EpochSeconds(740_800)))
        #expect(!window.contains(EpochSeconds(740_799)))
        #expect(window.contains(EpochSeconds(1_000_001)))
    }

    @Test("a widened window keeps its start and never gets narrower")
    func widened() {
        let window = Window(start: EpochSeconds(1_000_000))
        #expect(window.widened(to: 500_000).cutoff == EpochSeconds(500_000))
        #expect(window.widened(to: 10).cutoff == window.cutoff)
    }

    @Test(
        "SINCE is asked with the UTC day of the cutoff minus one",
        arguments: [
            // T = 2026-03-02T12:00:00Z: the cutoff is on 27 February.
            (Int64(1_772_452_800), "26-Feb-2026"),
            // A second past midnight, and a second before it.
            (1_772_409_601, "26-Feb-2026"), (1_772_409_599, "25-Feb-2026"),
            // Over the end of a year, and over a leap day.
            (1_767_398_400, "30-Dec-2025"), (1_709_467_200, "28-Feb-2024"), (1_709_640_000, "1-Mar-2024"),
        ])
    func searchSince(start: Int64, expected: String) {
        #expect("\(CalendarDate(Window(start: EpochSeconds(start)).searchSince))" == expected)
    }

    @Test("whatever is inside the window has, in any zone, a local day that SINCE finds")
    func sinceFindsAll() {
        for hour in 0..<48 {
            let window = Window(start: EpochSeconds(1_772_452_800 + Int64(hour) * 3_600 + 17))
            for zone in Int64(-12)...14 {
                let local = CalendarDate(window.cutoff + zone * 3_600)
                let since = CalendarDate(window.searchSince)
                #expect((local.year, local.month, local.day) >= (since.year, since.month, since.day))
            }
        }
    }
}
