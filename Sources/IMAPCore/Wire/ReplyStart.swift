/// What the first octets of a line say about how the line must be read.
enum ReplyStart: Equatable {
    /// Nothing but padding.
    case empty
    /// `* 12 FETCH`; `place` is the octet after the word.
    case fetch(sequenceNumber: UInt32, place: Int)
    /// Any other. Only replies with data in them hold literals: a status text that ends in `{5}` announces none.
    case line(mayHoldLiterals: Bool)

    init(_ line: UnsafeRawBufferPointer) {
        var cursor = ByteCursor(line)
        cursor.skipPadding()
        if cursor.isAtEnd {
            self = .empty
            return
        }
        self = .line(mayHoldLiterals: false)
        guard cursor.skip(ASCII.star) else { return }
        cursor.skipSpaces()
        if let number = cursor.number32() {
            cursor.skipSpaces()
            if cursor.skip(word: "FETCH") { self = .fetch(sequenceNumber: number, place: cursor.position) }
        } else if StatusResponse.condition(&cursor) == nil, cursor.peek != ASCII.openBracket {
            self = .line(mayHoldLiterals: true)
        }
    }
}

extension ByteCursor {
    /// Steps over what some servers send between replies: NULs, blanks, empty lines (mail-exactness 18).
    mutating func skipPadding() {
        while let byte = peek,
            byte == ASCII.nul || byte == ASCII.space || byte == ASCII.carriageReturn
                || byte == ASCII.lineFeed
        {
            advance()
        }
    }
}
