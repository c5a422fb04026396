import MailModel

/// Reads one complete line, its literals included, as a reply. It never fails: what can't be read is named so.
enum ReplyReader {
    static func read(_ line: UnsafeRawBufferPointer, limit: Int) -> Response {
        var end = line.count
        if end > 0, line[end - 1] == ASCII.lineFeed { end -= 1 }
        if end > 0, line[end - 1] == ASCII.carriageReturn { end -= 1 }
        var cursor = ByteCursor(line, from: 0, to: end)
        cursor.skipPadding()
        let start = cursor.position
        switch cursor.peek {
        case ASCII.star:
            cursor.advance()
            cursor.skipSpaces()
            do throws(GrammarFault) {
                return try untagged(&cursor, limit: limit)
            } catch {
                return unreadable(line, start, end)
            }
        case ASCII.plus:
            cursor.advance()
            cursor.skipSpaces()
            return .continuation(String(decoding: cursor.rest, as: UTF8.self))
        case ASCII.openBracket:
            // A code without its `* OK` (mail-exactness 18).
            return .status(.parse(.ok, &cursor, limit: limit))
        default:
            let tag = cursor.word()
            cursor.skipSpaces()
            guard !tag.isEmpty, tag.count <= 64, let condition = StatusResponse.condition(&cursor) else {
                return unreadable(line, start, end)
            }
            return .tagged(
                tag: String(decoding: tag, as: UTF8.self), .parse(condition, &cursor, limit: limit))
        }
    }

    private static func unreadable(_ line: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Response {
        .unreadable(StatusResponse.text(UnsafeRawBufferPointer(rebasing: line[start..<Swift.min(end, start + 64)])))
    }

    private static func untagged(_ cursor: inout ByteCursor, limit: Int) throws(GrammarFault) -> Response {
        if let number = cursor.number32() { return try numbered(number, &cursor) }
        if let condition = StatusResponse.condition(&cursor) {
            return .status(.parse(condition, &cursor, limit: limit))
        }
        if cursor.peek == ASCII.openBracket { return .status(.parse(.ok, &cursor, limit: limit)) }
        let keyword = String(decoding: cursor.word().prefix(64), as: UTF8.self).uppercased()
        switch keyword {
        case "CAPABILITY":
            return .capability(.parse(&cursor, limit: limit))
        case "ENABLED":
            return .enabled(IMAPCapabilities.parse(&cursor, limit: limit).all)
        case "LIST", "LSUB", "XLIST":
            return .list(try .parse(&cursor, limit: limit))
        case "STATUS":
            let (name, status) = try MailboxStatus.parse(&cursor)
            return .mailboxStatus(name: name, status)
        case "SEARCH":
            return .search(try .plain(&cursor))
        case "ESEARCH":
            return .search(try .extended(&cursor))
        case "THREAD":
            return .thread(try .parse(&cursor))
        case "FLAGS":
            cursor.skipSpaces()
            return .flags(try FlagList.parse(&cursor, limit: limit))
        case "VANISHED":
            return try vanished(&cursor)
        case "NAMESPACE":
            return .namespace(try .parse(&cursor, limit: limit))
        case "ID":
            return .id(try identity(&cursor))
        case "":
            throw GrammarFault(expected: "keyword")
        default:
            return .unknown(keyword)
        }
    }

    private static func numbered(_ number: UInt32, _ cursor: inout ByteCursor) throws(GrammarFault) -> Response {
        cursor.skipSpaces()
        let keyword = cursor.word()
        if ASCII.equal(keyword, "EXISTS") { return .exists(number) }
        if ASCII.equal(keyword, "RECENT") { return .recent(number) }
        if ASCII.equal(keyword, "EXPUNGE") { return .expunge(number) }
        guard !keyword.isEmpty else { throw GrammarFault(expected: "keyword") }
        return .unknown(String(decoding: keyword.prefix(64), as: UTF8.self).uppercased())
    }

    private static func vanished(_ cursor: inout ByteCursor) throws(GrammarFault) -> Response {
        cursor.skipSpaces()
        let isEarlier = cursor.skip(ASCII.openParenthesis)
        if isEarlier {
            guard cursor.skip(word: "EARLIER") else { throw GrammarFault(expected: "EARLIER") }
            try cursor.expect(ASCII.closeParenthesis, ")")
        }
        cursor.skipSpaces()
        return .vanished(try SequenceSet.parse(&cursor), earlier: isEarlier)
    }

    /// `("name" "Cyrus" "version" NIL)` (RFC 2971).
    private static func identity(_ cursor: inout ByteCursor) throws(GrammarFault) -> [String: String] {
        cursor.skipSpaces()
        var fields: [String: String] = [:]
        guard cursor.skip(ASCII.openParenthesis) else { return fields }
        while fields.count < 30 {
            cursor.skipSpaces()
            if cursor.isAtEnd || cursor.skip(ASCII.closeParenthesis) { break }
            let name = try cursor.nilOrString() ?? []
            cursor.skipSpaces()
            guard let value = try cursor.nilOrString() else { continue }
            fields[String(decoding: name.prefix(64), as: UTF8.self).lowercased()] =
                String(decoding: value.prefix(1_024), as: UTF8.self)
        }
        return fields
    }
}
