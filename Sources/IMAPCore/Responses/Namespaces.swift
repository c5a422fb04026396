/// The reply to NAMESPACE (RFC 9051 §7.3.2): where the user's own, others' and shared folders hang.
package struct Namespaces: Sendable, Hashable {
    package struct Namespace: Sendable, Hashable {
        /// What all names in it begin with.
        package let prefix: [UInt8]
        package let delimiter: UInt8?
    }

    package let personal: [Namespace]
    package let otherUsers: [Namespace]
    package let shared: [Namespace]

    static func parse(_ cursor: inout ByteCursor, limit: Int) throws(GrammarFault) -> Namespaces {
        Namespaces(
            personal: try list(&cursor, limit: limit), otherUsers: try list(&cursor, limit: limit),
            shared: try list(&cursor, limit: limit))
    }

    private static func list(_ cursor: inout ByteCursor, limit: Int) throws(GrammarFault) -> [Namespace] {
        cursor.skipSpaces()
        if cursor.isAtEnd || cursor.skip(word: "NIL") { return [] }
        try cursor.expect(ASCII.openParenthesis, "(")
        var out: [Namespace] = []
        while true {
            cursor.skipSpaces()
            if cursor.skip(ASCII.closeParenthesis) { return out }
            guard out.count < limit else { throw GrammarFault(expected: "shorter list") }
            try cursor.expect(ASCII.openParenthesis, "(")
            let prefix = try cursor.nilOrString() ?? []
            cursor.skipSpaces()
            let delimiter = try cursor.nilOrString()?.first
            while !cursor.isAtEnd, cursor.peek != ASCII.closeParenthesis { try cursor.skipValue() }
            try cursor.expect(ASCII.closeParenthesis, ")")
            out.append(Namespace(prefix: prefix, delimiter: delimiter))
        }
    }
}
