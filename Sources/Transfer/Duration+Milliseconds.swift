extension Duration {
    /// Rounded up, at least 1: libcurl takes 0 for *no limit*.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        let (whole, overflow) = Int(seconds).multipliedReportingOverflow(by: 1000)
        guard !overflow, whole < Int(Int32.max) else { return Int(Int32.max) }
        return max(1, whole + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
