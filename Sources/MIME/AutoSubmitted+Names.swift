extension AutoSubmitted {
    /// Its marks as stable names, for storing.
    package var names: [String] {
        let all: [(AutoSubmitted, String)] = [
            (.generated, "generated"), (.replied, "replied"), (.precedenceBulk, "precedence_bulk"),
            (.precedenceList, "precedence_list"), (.precedenceJunk, "precedence_junk"),
            (.responseSuppressed, "response_suppressed"), (.nullReturnPath, "null_return_path"), (.report, "report"),
            (.mailingList, "mailing_list"),
        ]
        return all.filter { contains($0.0) }.map(\.1)
    }
}
