extension Amount {
    /// A time as `0.4 s`, `45 s`, `3 min 20 s`.
    static func span(_ duration: Duration) -> String {
        let milliseconds =
            Int(duration.components.seconds) * 1_000 + Int(duration.components.attoseconds / 1_000_000_000_000_000)
        if abs(milliseconds) >= 10_000 {
            return (milliseconds < 0 ? "-" : "") + Self.duration(abs(milliseconds) / 1_000)
        }
        let tenths = abs(milliseconds) / 100
        return "\(milliseconds < 0 ? "-" : "")\(tenths / 10).\(tenths % 10) s"
    }

    /// A number with one place where it is small.
    static func rate(_ number: Double) -> String {
        if number >= 100 || number == number.rounded() { return "\(Int(number.rounded()))" }
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
