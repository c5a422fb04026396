/// A part of a cron expression: the five fields in their order, and the interval of `@every`. The raw values are what
/// errors call them.
package enum CronField: String, Sendable, Hashable, CaseIterable {
    case minute
    case hour
    case dayOfMonth = "day-of-month"
    case month
    case dayOfWeek = "day-of-week"
    case interval

    /// The five, as they stand in an expression.
    static let ordered: [CronField] = [.minute, .hour, .dayOfMonth, .month, .dayOfWeek]

    /// Numbers that may be written. Sunday is 0 and 7.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        case .interval: 1...Int(IntervalParser.longest)
        }
    }

    /// The values there are, each once.
    var values: ClosedRange<Int> { self == .dayOfWeek ? 0...6 : range }

    /// Names of the values from `range.lowerBound` on, where there are any.
    var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        case .minute, .hour, .dayOfMonth, .interval: []
        }
    }

    /// `1-31`, as errors show it.
    var rangeText: String { "\(range.lowerBound)-\(range.upperBound)" }

    var isDay: Bool { self == .dayOfMonth || self == .dayOfWeek }
}
