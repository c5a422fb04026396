import Testing

@testable import Cron

@Suite("Cron expressions")
struct CronExpressionTests {
    private static let everyMinute = Array(0...59)
    private static let everyHour = Array(0...23)
    private static let everyDay = Array(1...31)
    private static let everyMonth = Array(1...12)
    private static let everyWeekday = Array(0...6)

    private func fields(_ text: String) throws -> CronFields {
        guard case .fields(let fields) = try CronExpression(text).rule else {
            Issue.record("\(text) isn't fields")
            return CronFields()
        }
        return fields
    }

    private static let minutes: [(String, [Int])] = [
        ("*", everyMinute), ("0", [0]), ("59", [59]), ("007", [7]), ("5,5,3", [3, 5]), ("10-13", [10, 11, 12, 13]),
        ("4-4", [4]), ("*/15", [0, 15, 30, 45]), ("*/59", [0, 59]), ("*/1", everyMinute),
        ("10-20/5", [10, 15, 20]), ("50/4", [50, 54, 58]), ("1,10-12,*/20", [0, 1, 10, 11, 12, 20, 40]),
    ]

    @Test("lists, ranges and steps mean their values", arguments: minutes)
    func values(field: String, expected: [Int]) throws {
        #expect(try fields("\(field) * * * *").minutes.bits == expected)
    }

    private static let months: [(String, [Int])] = [
        ("JAN", [1]), ("dec", [12]), ("Feb-apr", [2, 3, 4]), ("NOV-FEB", [1, 2, 11, 12]), ("FEB,8", [2, 8]),
        ("OCT-MAR/2", [2, 10, 12]), ("*/5", [1, 6, 11]), ("3-SEP/3", [3, 6, 9]),
    ]

    @Test("months have names, and their ranges may go round the end", arguments: months)
    func readMonths(field: String, expected: [Int]) throws {
        #expect(try fields("* * * \(field) *").months.bits == expected)
    }

    private static let weekdays: [(String, [Int])] = [
        ("SUN", [0]), ("0", [0]), ("7", [0]), ("0,7", [0]), ("5-7", [0, 5, 6]), ("0-7", everyWeekday),
        ("MON-FRI", [1, 2, 3, 4, 5]), ("FRI-MON", [0, 1, 5, 6]), ("sat-sun", [0, 6]), ("FRI-MON/2", [0, 5]),
        ("mon,WED", [1, 3]), ("1/2", [1, 3, 5]), ("*/2", [0, 2, 4, 6]), ("7-7", [0]), ("SUN-SAT", everyWeekday),
    ]

    @Test("Sunday is 0 and 7, and ranges of weekdays' names may go round the end", arguments: weekdays)
    func readWeekdays(field: String, expected: [Int]) throws {
        #expect(try fields("* * * * \(field)").weekdays.bits == expected)
    }

    private static let macros: [(String, String)] = [
        ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"), ("@DAILY", "0 0 * * *"),
    ]

    @Test("macros stand for fields", arguments: macros)
    func readMacros(name: String, meaning: String) throws {
        let expression = try CronExpression(name)
        #expect(expression.rule == (try CronExpression(meaning)).rule)
        #expect(expression.text == name)
        #expect(expression.interval == nil)
    }

    private static let intervals: [(String, Int64)] = [
        ("1s", 1), ("90s", 90), ("5m", 300), ("1h30m", 5_400), ("2d", 172_800), ("1d2h3m4s", 93_784), ("1H", 3_600),
        ("366d", 31_622_400), ("0h5m", 300), ("100000s", 100_000),
    ]

    @Test("intervals are days, hours, minutes and seconds", arguments: intervals)
    func readIntervals(text: String, seconds: Int64) throws {
        #expect(try CronExpression("@every \(text)").interval == seconds)
        #expect(try CronExpression("@EVERY  \(text)").followsElapsedTime)
    }

    @Test("blanks don't matter, and the text is kept with single ones")
    func blanks() throws {
        let expression = try CronExpression("  0\t6   * *\n1-5 ")
        #expect(expression.text == "0 6 * * 1-5")
        #expect("\(expression)" == "0 6 * * 1-5")
        #expect(expression == (try CronExpression("0 6 * * 1-5")))
    }

    @Test("a day field is unrestricted when it is a wildcard or ?, and by nothing else")
    func unrestricted() throws {
        for day in ["*", "?", "*/1", "*,5"] { #expect(try fields("0 0 \(day) * MON").isAnyDayOfMonth, "\(day)") }
        for day in ["*/2", "1-31", "5"] { #expect(try !fields("0 0 \(day) * MON").isAnyDayOfMonth, "\(day)") }
        #expect(try fields("0 0 1 * ?").isAnyWeekday)
        #expect(try !fields("0 0 1 * 0-6").isAnyWeekday)
    }

    private static let hours: [(String, Bool)] = [
        ("*", true), ("*/2", true), ("9-17/4", true), ("1/6", true), ("3,*/8", true), ("0-23", true), ("*/1", true),
        ("2", false), ("9-17", false), ("0,6,12,18", false), ("9-17/1", false), ("0-22", false),
    ]

    @Test("the hour alone says whether ticks follow elapsed time", arguments: hours)
    func elapsedTime(hour: String, expected: Bool) throws {
        #expect(try CronExpression("*/5 \(hour) * * *").followsElapsedTime == expected)
        #expect(try CronExpression("30 \(hour) 1 JAN *").followsElapsedTime == expected)
    }

    @Test("a leap day, and a day that a weekday replaces, can fire")
    func rareDays() throws {
        #expect(try CronSchedule(CronExpression("0 0 29 2 *")).next(after: 4_000_000_000) != nil)
        #expect(try CronSchedule(CronExpression("0 0 31 4,FEB MON")).next(after: 0) != nil)
        // From 2096 to 2104, over a century that has no leap day: 3 981 311 999 is the second before 2096-02-29.
        let leapDays = try CronSchedule(CronExpression("0 0 29 FEB *")).ticks(
            after: 3_981_311_999, through: .max, limit: 2)
        #expect(leapDays == [3_981_312_000, 4_233_686_400])
    }
}
