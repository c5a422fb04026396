/// `OK`, `NO`, `BAD`, `PREAUTH` or `BYE`, with what came with it (RFC 9051 §7.1).
package struct StatusResponse: Sendable, Hashable {
    package enum Condition: Sendable, Hashable { case ok, no, bad, preauthenticated, bye }

    package let condition: Condition
    package let code: ResponseCode?
    /// For people, in the server's words; at most 1,024 octets, control characters shown as `·`. It may repeat what
    /// was sent, so it is not for logs as it stands.
    package let text: String

    package init(condition: Condition, code: ResponseCode?, text: String) {
        self.condition = condition
        self.code = code
        self.text = text
    }

    /// Reads the condition's word; `nil`, nothing consumed, where none stands.
    static func condition(_ cursor: inout ByteCursor) -> Condition? {
        switch cursor.peek.map(ASCII.upper) {
        case UInt8(ascii: "O") where cursor.skip(word: "OK"): .ok
        case UInt8(ascii: "N") where cursor.skip(word: "NO"): .no
        case UInt8(ascii: "B") where cursor.skip(word: "BAD"): .bad
        case UInt8(ascii: "B") where cursor.skip(word: "BYE"): .bye
        case UInt8(ascii: "P") where cursor.skip(word: "PREAUTH"): .preauthenticated
        default: nil
        }
    }

    /// After the condition: a code, a text, both or neither.
    static func parse(_ condition: Condition, _ cursor: inout ByteCursor, limit: Int) -> StatusResponse {
        cursor.skipSpaces()
        var code: ResponseCode?
        if cursor.skip(ASCII.openBracket) { code = .parse(&cursor, limit: limit) }
        cursor.skipSpaces()
        return StatusResponse(condition: condition, code: code, text: text(cursor.rest))
    }

    static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: bytes.prefix(1_024), as: UTF8.self)
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return text }
        return String(text.map { $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? "·" : $0 })
    }
}
