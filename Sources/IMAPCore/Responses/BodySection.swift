/// A part of a message that FETCH can name: what stands between the brackets of `BODY[…]` (RFC 9051 §6.4.5).
package enum BodySection: Sendable, Hashable {
    /// `BODY[]`: the whole message, octet for octet.
    case whole
    /// `BODY[HEADER]`.
    case header
    /// `BODY[HEADER.FIELDS (…)]`: the named header fields, with their names in capitals.
    case headerFields([String])
    /// `BODY[TEXT]`: all after the header.
    case text
    /// Any other, for instance `1.2.MIME`, in capitals.
    case part(String)

    /// Reads the octets between the brackets.
    init(_ bytes: UnsafeRawBufferPointer) {
        if bytes.isEmpty {
            self = .whole
        } else if ASCII.equal(bytes, "HEADER") {
            self = .header
        } else if ASCII.equal(bytes, "TEXT") {
            self = .text
        } else {
            var cursor = ByteCursor(bytes)
            if cursor.skip(word: "HEADER.FIELDS"), let names = try? Self.names(&cursor) {
                self = .headerFields(names)
            } else {
                self = .part(String(decoding: bytes, as: UTF8.self).uppercased())
            }
        }
    }

    private static func names(_ cursor: inout ByteCursor) throws(GrammarFault) -> [String] {
        cursor.skipSpaces()
        try cursor.expect(ASCII.openParenthesis, "(")
        var names: [String] = []
        while true {
            cursor.skipSpaces()
            if cursor.skip(ASCII.closeParenthesis) { return names }
            names.append(String(decoding: try cursor.atomOrString(), as: UTF8.self).uppercased())
        }
    }

    /// What stands between the brackets in a command.
    var wireText: String {
        switch self {
        case .whole: ""
        case .header: "HEADER"
        case .headerFields(let names): "HEADER.FIELDS (\(names.joined(separator: " ")))"
        case .text: "TEXT"
        case .part(let specifier): specifier
        }
    }
}
