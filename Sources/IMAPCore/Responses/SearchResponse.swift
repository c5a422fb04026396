package import MailModel

/// The hits of SEARCH (RFC 9051 §7.3.4, RFC 4731).
package struct SearchResponse: Sendable, Hashable {
    /// The numbers found: UIDs when the command was UID SEARCH.
    package let found: UIDSet
    /// The command's tag, which ESEARCH repeats.
    package let tag: String?
    package let count: UInt64?
    /// The largest mod-sequence among the hits, where one was asked for.
    package let modSequence: ModSequence?

    /// After the word SEARCH: numbers in any order, then perhaps `(MODSEQ n)`.
    static func plain(_ cursor: inout ByteCursor) throws(GrammarFault) -> SearchResponse {
        var ranges: [ClosedRange<UInt32>] = []
        var modSequence: ModSequence?
        while true {
            cursor.skipSpaces()
            if cursor.isAtEnd { break }
            if cursor.skip(ASCII.openParenthesis) {
                guard cursor.skip(word: "MODSEQ") else { throw GrammarFault(expected: "MODSEQ") }
                cursor.skipSpaces()
                modSequence = cursor.number().map { ModSequence(rawValue: $0) }
                break
            }
            guard let number = cursor.number32() else { throw GrammarFault(expected: "number") }
            if let last = ranges.last, last.upperBound != .max, number == last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
        }
        return SearchResponse(
            found: UIDSet(normalising: ranges), tag: nil, count: nil, modSequence: modSequence)
    }

    /// After the word ESEARCH: `(TAG "A1") UID ALL 1:3,5 COUNT 4`.
    static func extended(_ cursor: inout ByteCursor) throws(GrammarFault) -> SearchResponse {
        var found = UIDSet()
        var tag: String?
        var count: UInt64?
        var modSequence: ModSequence?
        cursor.skipSpaces()
        if cursor.skip(ASCII.openParenthesis) {
            _ = cursor.skip(word: "TAG")
            cursor.skipSpaces()
            tag = String(decoding: try cursor.atomOrString(), as: UTF8.self)
            try cursor.expect(ASCII.closeParenthesis, ")")
        }
        cursor.skipSpaces()
        _ = cursor.skip(word: "UID")
        while true {
            cursor.skipSpaces()
            let name = cursor.word()
            if name.isEmpty { break }
            cursor.skipSpaces()
            if ASCII.equal(name, "ALL") {
                found = try SequenceSet.parse(&cursor)
            } else if ASCII.equal(name, "COUNT") {
                count = cursor.number()
            } else if ASCII.equal(name, "MODSEQ") {
                modSequence = cursor.number().map { ModSequence(rawValue: $0) }
            } else {
                try cursor.skipValue()
            }
        }
        return SearchResponse(found: found, tag: tag, count: count, modSequence: modSequence)
    }
}
