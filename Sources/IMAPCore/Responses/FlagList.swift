import MailModel

/// Reads `(\Seen $Junk)` (RFC 9051 §9, flag-list). System flags come from a table: they are nearly all there are.
enum FlagList {
    /// - Throws: where the parenthesis is missing or never closed, or the list has more than `limit` flags.
    static func parse(_ cursor: inout ByteCursor, limit: Int) throws(GrammarFault) -> [Flag] {
        if cursor.skip(word: "NIL") { return [] }
        try cursor.expect(ASCII.openParenthesis, "(")
        var flags: [Flag] = []
        while true {
            cursor.skipSpaces()
            if cursor.skip(ASCII.closeParenthesis) { return flags }
            guard flags.count < limit else { throw GrammarFault(expected: "shorter list") }
            let word = cursor.word()
            if word.isEmpty {
                // A quoted flag, or a stray bracket within one.
                guard let quoted = try cursor.string() else {
                    guard cursor.skip(ASCII.closeBracket) else { throw GrammarFault(expected: "flag") }
                    continue
                }
                flags.append(Flag(String(decoding: quoted, as: UTF8.self)))
            } else {
                flags.append(flag(word))
            }
        }
    }

    private static func flag(_ word: UnsafeRawBufferPointer) -> Flag {
        switch word.count {
        case 5 where ASCII.equal(word, "\\SEEN"): .seen
        case 6 where ASCII.equal(word, "\\DRAFT"): .draft
        case 7 where ASCII.equal(word, "\\RECENT"): .recent
        case 8 where ASCII.equal(word, "\\FLAGGED"): .flagged
        case 8 where ASCII.equal(word, "\\DELETED"): .deleted
        case 9 where ASCII.equal(word, "\\ANSWERED"): .answered
        default: Flag(String(decoding: word, as: UTF8.self))
        }
    }
}
