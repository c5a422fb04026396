/// What a server said that it can do, compared without regard to case (RFC 9051 §7.2.2).
package struct IMAPCapabilities: Sendable, Hashable {
    private let names: Set<String>

    package init(_ names: some Sequence<String>) { self.names = Set(names.map { $0.uppercased() }) }

    /// Whether it offers `name`, written in capitals: `CONDSTORE`, `AUTH=PLAIN`, `THREAD=REFS`.
    package func has(_ name: String) -> Bool { names.contains(name) }

    /// In capitals, in order of the alphabet.
    package var all: [String] { names.sorted() }

    package var isGmail: Bool { has("X-GM-EXT-1") }
    package var hasCondstore: Bool { has("CONDSTORE") || has("QRESYNC") }
    /// Whether removed UIDs can be asked for (RFC 7162); it must be enabled first.
    package var hasQresync: Bool { has("QRESYNC") }
    package var hasObjectID: Bool { has("OBJECTID") }
    package var hasEnable: Bool { has("ENABLE") || has("IMAP4REV2") }
    package var hasIdle: Bool { has("IDLE") || has("IMAP4REV2") }
    package var hasNotify: Bool { has("NOTIFY") }
    /// Whether SEARCH RETURN is understood.
    package var hasExtendedSearch: Bool { has("ESEARCH") || has("IMAP4REV2") }
    package var hasExtendedList: Bool { has("LIST-EXTENDED") || has("IMAP4REV2") }
    package var hasListStatus: Bool { has("LIST-STATUS") || has("IMAP4REV2") }
    package var hasSpecialUse: Bool { has("SPECIAL-USE") || has("IMAP4REV2") }
    package var hasInitialResponse: Bool { has("SASL-IR") || has("IMAP4REV2") }
    /// Whether LOGIN must not be sent (RFC 9051 §6.2.3).
    package var isLoginDisabled: Bool { has("LOGINDISABLED") }

    /// The thread algorithms on offer, the best first: REFS follows references alone, REFERENCES also subjects.
    package var threadAlgorithm: ThreadAlgorithm? {
        if has("THREAD=REFS") { return .refs }
        return has("THREAD=REFERENCES") ? .references : nil
    }

    /// How literals may be sent without waiting (RFC 7888).
    package var literals: LiteralMode {
        if has("LITERAL+") { return .nonSynchronising(limit: nil) }
        // LITERAL- and IMAP4rev2 have it for up to 4,096 octets.
        return has("LITERAL-") || has("IMAP4REV2") ? .nonSynchronising(limit: 4_096) : .synchronising
    }

    /// The words up to the line's end or the closing bracket.
    static func parse(_ cursor: inout ByteCursor, limit: Int) -> IMAPCapabilities {
        var names: [String] = []
        while names.count < limit {
            cursor.skipSpaces()
            let word = cursor.word()
            if word.isEmpty {
                // Parentheses and quotes have no business here.
                if cursor.isAtEnd || cursor.peek == ASCII.closeBracket { break }
                cursor.advance()
                continue
            }
            names.append(String(decoding: word, as: UTF8.self))
        }
        return IMAPCapabilities(names)
    }
}
