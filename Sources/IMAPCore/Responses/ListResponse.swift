package import MailModel

/// One folder of LIST, LSUB or XLIST (RFC 9051 §7.3.1).
package struct ListResponse: Sendable, Hashable {
    package let path: FolderPath
    /// The octet between the levels of a name; `nil` in a flat hierarchy.
    package let delimiter: UInt8?
    /// `\HasNoChildren`, `\Sent` and so on, in small letters with their backslash.
    package let attributes: Set<String>

    /// After the word LIST: `(\HasNoChildren) "/" INBOX`.
    static func parse(_ cursor: inout ByteCursor, limit: Int) throws(GrammarFault) -> ListResponse {
        cursor.skipSpaces()
        let attributes = Set(try FlagList.parse(&cursor, limit: limit).map { $0.name.lowercased() })
        cursor.skipSpaces()
        let delimiter = try cursor.nilOrString()?.first
        cursor.skipSpaces()
        let raw = try name(&cursor)
        return ListResponse(
            path: FolderPath(raw: raw, delimiter: delimiter), delimiter: delimiter, attributes: attributes)
    }

    /// A string, or the rest of the line: names with bare blanks in them are seen. What LIST-EXTENDED adds begins with
    /// a parenthesis.
    private static func name(_ cursor: inout ByteCursor) throws(GrammarFault) -> [UInt8] {
        if let string = try cursor.string() { return string }
        var raw = Array(cursor.rest)
        if let extra = raw.indices.dropFirst().first(where: {
            raw[$0] == ASCII.openParenthesis && raw[$0 - 1] == ASCII.space
        }) {
            raw.removeSubrange(extra...)
        }
        while raw.last == ASCII.space || raw.last == ASCII.nul { raw.removeLast() }
        return raw
    }
}
