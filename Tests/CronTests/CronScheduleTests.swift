import Foundation
import Testing

@testable import Cron

/// A moment in UTC, `2026-03-08T07:00:00Z`; traps where it is none.
private func at(_ text: String) throws -> Int64 {
    Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970)
}

@Suite("Schedules")
struct CronScheduleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let expression: String
        let zone: String
        let after: String
        let ticks: [String]

        init(_ expression: String, _ zone: String, after: String, _ ticks: String...) {
            self.expression = expression
            self.zone = zone
            self.after = after
            self.ticks = ticks
        }

        var testDescription: String { "\(expression) in \(zone)" }
    }

    private static let gaps: [Case] = [
        // 02:00 becomes 03:00, which is 07:00 in UTC.
        Case(
            "30 2 * * *", "America/New_York", after: "2026-03-07T12:00:00Z", "2026-03-08T07:00:00Z",
            "2026-03-09T06:30:00Z"),
        // Three are swallowed; they are one, and the same as the one that is due.
        Case(
            "0,20,40 2,3 * * *", "America/New_York", after: "2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z",
            "2026-03-08T07:20:00Z", "2026-03-08T07:40:00Z", "2026-03-09T06:00:00Z"),
        // Nothing is invented.
        Case(
            "30 * * * *", "America/New_York", after: "2026-03-08T06:00:00Z", "2026-03-08T06:30:00Z",
            "2026-03-08T07:30:00Z"),
        Case(
            "30 */2 * * *", "America/New_York", after: "2026-03-08T05:00:00Z", "2026-03-08T05:30:00Z",
            "2026-03-08T08:30:00Z"),
        // Half an hour: 02:00 becomes 02:30 at 15:30 in UTC.
        Case(
            "15 2 * * *", "Australia/Lord_Howe", after: "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z",
            "2026-10-04T15:15:00Z"),
        // Midnight is swallowed: days begin at 01:00.
        Case(
            "@daily", "America/Sao_Paulo", after: "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z",
            "2018-11-05T02:00:00Z"),
        Case("@daily", "Africa/Cairo", after: "2025-04-24T12:00:00Z", "2025-04-24T22:00:00Z", "2025-04-25T21:00:00Z"),
        Case("@daily", "Asia/Beirut", after: "2025-03-29T12:00:00Z", "2025-03-29T22:00:00Z", "2025-03-30T21:00:00Z"),
        // The 30th is swallowed: the 31st begins at 10:00 in UTC.
        Case(
            "0 9 * * *", "Pacific/Apia", after: "2011-12-29T18:00:00Z", "2011-12-29T19:00:00Z",
            "2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z"),
        Case("0 9 30 12 *", "Pacific/Apia", after: "2011-12-01T00:00:00Z", "2011-12-30T10:00:00Z"),
    ]

    private static let folds: [Case] = [
        // 02:00 becomes 01:00: 01:30 is 05:30 and 06:30 in UTC.
        Case(
            "30 1 * * *", "America/New_York", after: "2026-11-01T00:00:00Z", "2026-11-01T05:30:00Z",
            "2026-11-02T06:30:00Z"),
        Case(
            "*/30 1 * * *", "America/New_York", after: "2026-11-01T00:00:00Z", "2026-11-01T05:00:00Z",
            "2026-11-01T05:30:00Z", "2026-11-02T06:00:00Z"),
        // Every real hour.
        Case(
            "30 * * * *", "America/New_York", after: "2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z",
            "2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z"),
        // So does the list of all hours; a range that isn't all is fixed.
        Case(
            "30 0-23 * * *", "America/New_York", after: "2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z",
            "2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z"),
        Case(
            "30 0-22 * * *", "America/New_York", after: "2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z",
            "2026-11-01T07:30:00Z"),
        // Asked between the two passes, at the end of the first, and in the second.
        Case("45 1 * * *", "America/New_York", after: "2026-11-01T05:45:00Z", "2026-11-02T06:45:00Z"),
        Case("45 1 * * *", "America/New_York", after: "2026-11-01T05:44:59Z", "2026-11-01T05:45:00Z"),
        Case("15 1 * * *", "America/New_York", after: "2026-11-01T06:10:00Z", "2026-11-02T06:15:00Z"),
        // Dublin's winter is the one with the saving; the fold is as everywhere.
        Case(
            "30 1 * * *", "Europe/Dublin", after: "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z",
            "2026-10-26T01:30:00Z"),
        // 02:00 becomes 01:30 at 15:00 in UTC.
        Case(
            "45 1 * * *", "Australia/Lord_Howe", after: "2026-04-04T12:00:00Z", "2026-04-04T14:45:00Z",
            "2026-04-05T15:15:00Z"),
        Case(
            "45 * * * *", "Australia/Lord_Howe", after: "2026-04-04T14:00:00Z", "2026-04-04T14:45:00Z",
            "2026-04-04T15:15:00Z", "2026-04-04T16:15:00Z"),
        // Midnight becomes 23:00 of the day before, which is a day once.
        Case(
            "0 0 * * *", "Asia/Beirut", after: "2025-10-25T12:00:00Z", "2025-10-25T22:00:00Z",
            "2025-10-26T22:00:00Z"),
    ]

    @Test(
        "what a gap swallows comes once at its end where the hour is fixed, and not at all where it isn't",
        arguments: gaps)
    func gap(_ gap: Case) throws { try check(gap) }

    @Test("what a fold repeats comes once where the hour is fixed, and twice where it isn't", arguments: folds)
    func fold(_ fold: Case) throws { try check(fold) }

    private func check(_ given: Case) throws {
        let schedule = try CronSchedule(expression: given.expression, zone: given.zone)
        let expected = try given.ticks.map(at)
        let start = try at(given.after)
        #expect(schedule.ticks(after: start, through: .max, limit: expected.count) == expected)
        let last = try #require(expected.last)
        #expect(schedule.ticks(after: start, through: last, limit: 100) == expected)
        #expect(schedule.previous(through: last) == last)
    }

    @Test("an interval counts from its anchor, before it as well, whatever the zone")
    func interval() throws {
        let schedule = try CronSchedule(expression: "@every 90s", zone: "America/New_York", anchor: 1_000)
        #expect(schedule.ticks(after: 900, through: 1_200, limit: 9) == [910, 1_000, 1_090, 1_180])
        #expect(schedule.previous(through: 999) == 910)
        #expect(schedule.previous(through: 1_000) == 1_000)
        #expect(schedule.next(after: -1_000_000) == -999_980)
        #expect(try CronSchedule(expression: "@every 5m", zone: "UTC").next(after: 299) == 300)
    }

    @Test("the ends of time are answered with none, and the farthest numbers don't overflow")
    func ends() throws {
        for text in ["* * * * *", "0 0 1 1 *", "@every 1s", "@every 366d", "*/2 */2 29 2 *"] {
            for zone in ["UTC", "Pacific/Apia", "America/New_York"] {
                let schedule = try CronSchedule(expression: text, zone: zone, anchor: .max)
                #expect(schedule.next(after: .max) == nil)
                #expect(schedule.next(after: CronSchedule.latest) == nil)
                #expect(schedule.previous(through: .min) == nil)
                let first = try #require(schedule.next(after: .min))
                let last = try #require(schedule.previous(through: .max))
                #expect(first >= CronSchedule.earliest && schedule.previous(through: first - 1) == nil, "\(text)")
                #expect(last <= CronSchedule.latest && schedule.next(after: last) == nil, "\(text)")
            }
        }
    }

    @Test("no more ticks are listed than asked for, the earliest")
    func limit() throws {
        let schedule = try CronSchedule(expression: "* * * * *", zone: "UTC")
        #expect(schedule.ticks(after: 0, through: 600, limit: 2) == [60, 120])
        #expect(schedule.ticks(after: 0, through: 60, limit: 2) == [60])
        #expect(schedule.ticks(after: 0, through: 59, limit: 2) == [])
        #expect(schedule.ticks(after: 0, through: 600, limit: 0) == [])
    }

    @Test("the expression's error comes before the zone's")
    func errors() {
        let both = #expect(throws: CronError.self) { try CronSchedule(expression: "x", zone: "x") }
        #expect(both?.code == "cron_expression_malformed")
        let zone = #expect(throws: CronError.self) { try CronSchedule(expression: "@daily", zone: "x") }
        #expect(zone?.code == "time_zone_unknown")
    }
}
