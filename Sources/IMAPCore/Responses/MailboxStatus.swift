package import MailModel

/// What STATUS says about a folder (RFC 9051 §7.3.4): an item that was not sent, or can't be read, is `nil`.
package struct MailboxStatus: Sendable, Hashable {
    package var messages: UInt32?
    package var uidNext: UInt32?
    package var uidValidity: UIDValidity?
    package var unseen: UInt32?
    /// Octets in the folder (STATUS=SIZE).
    package var size: UInt64?
    package var highestModSequence: ModSequence?
    /// OBJECTID's id of the folder.
    package var mailboxID: String?

    package init() {}

    /// After the word STATUS: `"INBOX" (MESSAGES 3 UIDNEXT 4)`. Names are compared by their octets.
    static func parse(_ cursor: inout ByteCursor) throws(GrammarFault) -> (name: [UInt8], status: MailboxStatus) {
        cursor.skipSpaces()
        let name: [UInt8]
        if let string = try cursor.string() {
            name = string
        } else {
            name = unquotedName(&cursor)
        }
        cursor.skipSpaces()
        try cursor.expect(ASCII.openParenthesis, "(")
        var status = MailboxStatus()
        while true {
            cursor.skipSpaces()
            if cursor.isAtEnd || cursor.skip(ASCII.closeParenthesis) { return (name, status) }
            let item = cursor.word()
            guard !item.isEmpty else { throw GrammarFault(expected: "status item") }
            cursor.skipSpaces()
            try status.read(item, &cursor)
        }
    }

    /// Up to the parenthesis that opens the list: a name may have bare blanks in it.
    private static func unquotedName(_ cursor: inout ByteCursor) -> [UInt8] {
        let rest = cursor.rest
        guard let open = rest.lastIndex(of: ASCII.openParenthesis) else { return Array(cursor.word()) }
        // MAILBOXID has parentheses of its own; the list's is the first that follows a blank.
        var start = open
        for index in stride(from: 1, to: rest.count, by: 1)
        where rest[index] == ASCII.openParenthesis && rest[index - 1] == ASCII.space {
            start = index
            break
        }
        var name = Array(rest[..<start])
        while name.last == ASCII.space { name.removeLast() }
        cursor.advance(to: cursor.position + start)
        return name
    }

    private mutating func read(_ item: UnsafeRawBufferPointer, _ cursor: inout ByteCursor) throws(GrammarFault) {
        let before = cursor.position
        if ASCII.equal(item, "MESSAGES") {
            messages = cursor.number32()
        } else if ASCII.equal(item, "UIDNEXT") {
            uidNext = cursor.number32()
        } else if ASCII.equal(item, "UIDVALIDITY") {
            uidValidity = cursor.number32().map { UIDValidity(rawValue: $0) }
        } else if ASCII.equal(item, "UNSEEN") {
            unseen = cursor.number32()
        } else if ASCII.equal(item, "SIZE") {
            size = cursor.number()
        } else if ASCII.equal(item, "HIGHESTMODSEQ") {
            highestModSequence = cursor.number().map { ModSequence(rawValue: $0) }
        } else if ASCII.equal(item, "MAILBOXID"), cursor.skip(ASCII.openParenthesis) {
            mailboxID = String(decoding: try cursor.atomOrString(), as: UTF8.self)
            _ = cursor.skip(ASCII.closeParenthesis)
        }
        if cursor.position == before { try cursor.skipValue() }
    }
}
