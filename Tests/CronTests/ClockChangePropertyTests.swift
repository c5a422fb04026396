import Foundation
import TestSupport
import Testing

@testable import Cron

@Suite("Every hour about a change of the clocks")
struct ClockChangePropertyTests {
    private static let years = [1995, 2007, 2009, 2011, 2012, 2015, 2016, 2018, 2022, 2023, 2024, 2025, 2026, 2040]

    /// Zone, year, and seconds to look at before and after the change.
    private static let odd: [(String, Int, Int64)] = [
        // Local mean time ends: 3 min 58 s repeated, 2 min 8 s left out; 44 min 30 s left out.
        ("America/New_York", 1883, 43_200), ("Asia/Seoul", 1908, 43_200), ("Africa/Monrovia", 1972, 43_200),
        // Over the date line: a day left out, twice, and one repeated.
        ("Asia/Manila", 1844, 129_600), ("Pacific/Kwajalein", 1993, 129_600), ("America/Juneau", 1867, 129_600),
    ]

    @Test(
        "ticks are those of a clock that was watched minute by minute",
        arguments: [
            "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Seoul",
            "Pacific/Apia", "Africa/Casablanca", "Europe/Dublin", "Asia/Beirut", "Africa/Cairo", "America/Caracas",
            "America/St_Johns", "Antarctica/Troll", "Asia/Pyongyang",
        ])
    func byMinute(name: String) throws {
        let zone = try #require(TimeZone(identifier: name))
        var random = SeededGenerator(seed: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        for year in Self.years {
            let changes = ClockOracle.changes(of: zone, in: year)
            let midYear = Int64(year - 1970) * 31_556_952 + 15_000_000
            for change in changes.isEmpty ? [midYear - midYear % 60] : changes {
                let oracle = ClockOracle(
                    zone, around: change, before: 2 * 86_400, warmUp: 2 * 86_400, after: 3 * 86_400, step: 60)
                try compare(zone, oracle, around: change, expressions: 6, &random)
            }
        }
    }

    @Test(
        "ticks are those of a clock that was watched second by second, where offsets have odd seconds or a day's length",
        arguments: odd)
    func bySecond(name: String, year: Int, margin: Int64) throws {
        let zone = try #require(TimeZone(identifier: name))
        var random = SeededGenerator(seed: UInt64(year))
        let changes = ClockOracle.changes(of: zone, in: year)
        #expect(!changes.isEmpty)
        for change in changes {
            let oracle = ClockOracle(
                zone, around: change, before: margin, warmUp: 30 * 3_600, after: margin, step: 1)
            try compare(zone, oracle, around: change, expressions: 40, &random)
        }
    }

    private func compare(
        _ zone: TimeZone, _ oracle: ClockOracle, around change: Int64, expressions: Int,
        _ random: inout SeededGenerator
    ) throws {
        let local = change + ClockOracle.offset(of: zone, at: change)
        let parts = Calendar(identifier: .gregorian).dateComponents(
            in: .gmt, from: Date(timeIntervalSince1970: Double(local)))
        for _ in 0..<expressions {
            let expression = RandomExpression(near: parts.hour ?? 0, day: parts.day ?? 1, using: &random)
            guard let read = try? CronExpression(expression.text) else {
                // The one thing that can be wrong with it; a day that no month has.
                #expect(!expression.isAnyDay && expression.isAnyWeekday, "\(expression.text)")
                continue
            }
            let schedule = CronSchedule(read, zone: try CronZone(zone.identifier))
            let expected = oracle.ticks(of: expression)
            let about = "\(expression.text) in \(zone.identifier) about \(change)"
            let (first, last) = (oracle.range.lowerBound, oracle.range.upperBound)
            #expect(schedule.expression.followsElapsedTime == expression.followsElapsedTime, "\(about)")
            #expect(schedule.ticks(after: first - 1, through: last, limit: 20_000) == expected, "\(about)")
            var index = 0
            for hour in stride(from: first, through: last, by: 3_600) {
                let within = hour + Int64.random(in: 1..<3_599, using: &random)
                for moment in [hour - 1, hour, within] where moment <= last {
                    while index < expected.count, expected[index] <= moment { index += 1 }
                    let next = schedule.next(after: moment)
                    let previous = schedule.previous(through: moment)
                    let nextIsRight = index < expected.count ? next == expected[index] : (next ?? .max) > last
                    let previousIsRight = index > 0 ? previous == expected[index - 1] : (previous ?? .min) < first
                    if !nextIsRight || !previousIsRight {
                        Issue.record("\(about), at \(moment): previous \(previous ?? 0), next \(next ?? 0)")
                    }
                }
            }
        }
    }
}
