import TestSupport
import Testing

@testable import Cron

@Suite("What is wrong with a cron expression")
struct CronFaultTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let text: String
        let field: CronField?
        let position: Int
        let words: [String]

        init(_ text: String, _ field: CronField?, _ position: Int, _ words: String...) {
            self.text = text
            self.field = field
            self.position = position
            self.words = words
        }

        var testDescription: String { text }
    }

    private static let fields: [Refusal] = [
        // The number of fields.
        Refusal("", nil, 0, "empty", "0 6 * * *"),
        Refusal("   ", nil, 0, "empty"),
        Refusal("* * * *", .dayOfWeek, 7, "missing", "4 of five", "write minute hour"),
        Refusal("5", .hour, 1, "missing", "1 of five"),
        Refusal("0 0 6 * * *", nil, 10, "6 fields", "leave out seconds"),
        // Ranges of values.
        Refusal("60 * * * *", .minute, 0, "\"60\" is not in 0-59", "from 0 to 59"),
        Refusal("* 24 * * *", .hour, 2, "0-23"),
        Refusal("* * 0 * *", .dayOfMonth, 4, "1-31"),
        Refusal("* * 32 * *", .dayOfMonth, 4, "1-31"),
        Refusal("* * * 13 *", .month, 6, "1-12"),
        Refusal("* * * * 8", .dayOfWeek, 8, "0-7"),
        Refusal("1,2,99 * * * *", .minute, 4, "\"99\""),
        Refusal("5-70 * * * *", .minute, 2, "\"70\""),
        Refusal("100000000000000000000000005 * * * *", .minute, 0, "0-59"),
        Refusal("-5 * * * *", .minute, 0, "missing before \"-\""),
        // Names.
        Refusal("* * * FOO *", .month, 6, "\"FOO\" is no value", "FEB"),
        Refusal("* * * * MONDAY", .dayOfWeek, 8, "\"MONDAY\"", "MON"),
        Refusal("MON * * * *", .minute, 0, "\"MON\"", "0-59"),
        Refusal("* * JAN * *", .dayOfMonth, 4, "\"JAN\""),
        Refusal("* * * * JAN", .dayOfWeek, 8, "\"JAN\""),
        // Ranges.
        Refusal("* 22-4 * * *", .hour, 2, "backwards", "write 22-23,0-4"),
        Refusal("* * * * 5-1", .dayOfWeek, 8, "backwards", "write 5-6,0-1"),
        Refusal("* * * * 7-2", .dayOfWeek, 8, "backwards", "write 0-2"),
        Refusal("* * * * FRI-1", .dayOfWeek, 8, "backwards"),
        Refusal("* * * 11-2 *", .month, 6, "write 11-12,1-2"),
        Refusal("1- * * * *", .minute, 2, "missing"),
        Refusal("1-2-3 * * * *", .minute, 3, "unexpected \"-\""),
        // Steps.
        Refusal("*/0 * * * *", .minute, 2, "step", "from 1"),
        Refusal("*/ * * * *", .minute, 2, "step"),
        Refusal("*/x * * * *", .minute, 2, "step"),
        Refusal("*/90 * * * *", .minute, 2, "leaves only 0", "write 0, or @every 90m"),
        Refusal("0 */24 * * *", .hour, 4, "leaves only 0", "@every 24h"),
        Refusal("0 0 1-5/7 * *", .dayOfMonth, 8, "leaves only 1 of \"1-5/7\""),
        Refusal("5/2/2 * * * *", .minute, 3, "unexpected \"/\""),
        // Lists.
        Refusal(",1 * * * *", .minute, 0, "missing before \",\""),
        Refusal("1, * * * *", .minute, 2, "missing"),
        Refusal("1,,2 * * * *", .minute, 2, "missing"),
        Refusal("1;2 * * * *", .minute, 1, "unexpected \";\""),
        Refusal("*5 * * * *", .minute, 1, "unexpected \"5\""),
        Refusal("\u{661} * * * *", .minute, 0, "missing before"),
        // A question mark.
        Refusal("? * * * *", .minute, 0, "day", "write *"),
        Refusal("* * ?/2 * *", .dayOfMonth, 4, "alone"),
        Refusal("* * 1,? * *", .dayOfMonth, 6, "alone"),
        // What other crons have.
        Refusal("0 0 L * *", .dayOfMonth, 4, "L (the last day) is not supported"),
        Refusal("0 0 LW * *", .dayOfMonth, 4, "not supported"),
        Refusal("0 0 L-3 * *", .dayOfMonth, 4, "not supported"),
        Refusal("0 0 15W * *", .dayOfMonth, 6, "W (the nearest working day) is not supported"),
        Refusal("0 0 * * 5L", .dayOfWeek, 9, "L (the last day) is not supported"),
        Refusal("0 0 * * FRIL", .dayOfWeek, 8, "\"FRIL\" is no value"),
        Refusal("0 0 * * 5#3", .dayOfWeek, 9, "# (the nth weekday) is not supported"),
        Refusal("0 0 * * FRI#3", .dayOfWeek, 11, "# (the nth weekday) is not supported"),
        // What never fires.
        Refusal("0 0 30 2 *", .dayOfMonth, 4, "never fire", "up to 29"),
        Refusal("0 0 31 2,APR,6 *", .dayOfMonth, 4, "never fire", "up to 30"),
        Refusal("  0 0 31-31 SEP ?", .dayOfMonth, 6, "never fire"),
        // The position is that in the text as it was given.
        Refusal("  0   0  *  * 8 ", .dayOfWeek, 14, "0-7"),
    ]

    private static let macros: [Refusal] = [
        Refusal("@dayly", nil, 0, "\"@dayly\"", "@daily"),
        Refusal("@reboot", nil, 0, "no time"),
        Refusal("@daily 5", nil, 7, "nothing may follow @daily", "\"5\""),
        Refusal("@every", .interval, 6, "@every 5m"),
        Refusal("@every 5", .interval, 8, "unit is missing"),
        Refusal("@every 5m 3s", .interval, 10, "one word"),
        Refusal("@every m", .interval, 7, "whole number"),
        Refusal("@every -5m", .interval, 7, "whole number"),
        Refusal("@every 1.5h", .interval, 8, "no unit \".\"", "1h30m"),
        Refusal("@every 5w", .interval, 8, "no unit \"w\""),
        Refusal("@every 5m1h", .interval, 9, "longest first"),
        Refusal("@every 5m5m", .interval, 9, "once each"),
        Refusal("@every 0s", .interval, 7, "at least 1 second"),
        Refusal("@every 367d", .interval, 7, "at most 366 days"),
        Refusal("@every 99999999999999999999999d", .interval, 7, "at most 366 days"),
        Refusal("@every 366d1s", .interval, 7, "at most 366 days"),
    ]

    @Test("it is said by field, position, and with the way out", arguments: fields + macros)
    func refusals(_ refusal: Refusal) {
        let error = #expect(throws: CronError.self) { try CronExpression(refusal.text) }
        guard case .malformed(let fault)? = error else { return }
        #expect(fault.field == refusal.field)
        #expect(fault.position == refusal.position)
        #expect(!fault.remedy.isEmpty)
        for word in refusal.words { #expect("\(fault)".contains(word), "\(fault)") }
    }

    @Test("an error reads as a sentence that counts characters from one")
    func text() {
        let error = #expect(throws: CronError.self) { try CronExpression("0 25 * * *") }
        #expect(
            error?.description
                == "cron expression, hour, character 3: \"25\" is not in 0-23; write a number from 0 to 23")
        #expect(error?.code == "cron_expression_malformed")
    }

    @Test("long texts are refused, and errors stay short")
    func long() throws {
        #expect(throws: CronError.self) { try CronExpression("0 0 * * *" + String(repeating: " ", count: 248)) }
        _ = try CronExpression("0 0 * * *" + String(repeating: " ", count: 247))
        let error = #expect(throws: CronError.self) {
            try CronExpression("* * * * " + String(repeating: "X", count: 240))
        }
        #expect((error?.description.count ?? 0) < 200)
    }

    @Test("no text of a cron's characters makes it crash, and what is read fires")
    func noise() {
        let alphabet = Array("0123456789 */-,?@#LWMONFRIevery\tdhms🕰")
        var random = SeededGenerator(seed: 11)
        var read = 0
        for _ in 0..<50_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...14, using: &random) {
                text.append(alphabet.randomElement(using: &random) ?? " ")
            }
            // Most are mended, so that one or two fields are noise, or the interval.
            switch Int.random(in: 0..<4, using: &random) {
            case 0: text += " * * *"
            case 1: text = "0 " + text.filter { !$0.isWhitespace } + " * * *"
            case 2: text = "@every " + text
            default: break
            }
            guard let expression = try? CronExpression(text) else { continue }
            read += 1
            if CronSchedule(expression).next(after: 1_700_000_000) == nil { Issue.record("\(text) doesn't fire") }
        }
        #expect(read > 100)
    }
}
