extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    /// One line: what was being done, what came of it, and the SQLSTATE.
    package var description: String {
        var text = "\(activity): \(redactedMessage)"
        if let sqlstate { text += " (SQLSTATE \(sqlstate))" }
        if outcomeUnknown { text += "; whether it was committed is not known" }
        return text
    }

    /// The same: a reflected dump would show ``detail``.
    package var debugDescription: String { description }

    /// Class 22's messages quote the value that was refused (`invalid input syntax for type uuid: "…"`).
    private var redactedMessage: String {
        guard kind == .invalidValue, let start = message.firstIndex(of: "\""), let end = message.lastIndex(of: "\"")
        else {
            return message
        }
        return message[...start] + "…" + message[end...]
    }
}

extension PostgresError: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension PostgresError {
    /// The beginning of a statement's text, on one line, for ``activity``.
    static func excerpt(_ sql: String) -> String {
        let words = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count <= 100 ? words : words.prefix(99) + "…"
    }
}
