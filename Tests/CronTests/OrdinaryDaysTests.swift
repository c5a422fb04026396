import Foundation
import Testing

@testable import Cron

@Suite("Ordinary days")
struct OrdinaryDaysTests {
    private struct Row {
        let expression: String
        let zone: String
        let start: Int64
        let ticks: [Int64]
    }

    private static func rows() throws -> [Row] {
        let file = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "Fixtures/ordinary-days.tsv")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
            let columns = line.split(separator: "\t")
            let times = try columns.dropFirst(2).map { try #require(Int64($0)) }
            try #require(times.count == 6, "\(line)")
            return Row(
                expression: String(columns[0]), zone: String(columns[1]), start: times[0],
                ticks: Array(times.dropFirst()))
        }
    }

    @Test("ticks are those that croniter gives")
    func croniter() throws {
        let rows = try Self.rows()
        #expect(rows.count == 600)
        for row in rows {
            let schedule = try CronSchedule(expression: row.expression, zone: row.zone)
            let ticks = schedule.ticks(after: row.start, through: .max, limit: 5)
            #expect(ticks == row.ticks, "\(row.expression) in \(row.zone) after \(row.start)")
            // And backwards.
            for (earlier, later) in zip(row.ticks, row.ticks.dropFirst()) {
                #expect(schedule.previous(through: later - 1) == earlier, "\(row.expression) before \(later)")
                #expect(schedule.previous(through: later) == later, "\(row.expression) at \(later)")
            }
        }
    }
}
