/// A place in the octets of one complete reply, its inline literals included, and the tokens that can be read there.
///
/// It borrows the octets: no cursor outlives the closure that was given them.
struct ByteCursor {
    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    /// Where the reply's text ends, its line break left out.
    let end: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(bytes, from: 0, to: bytes.count)
    }

    init(_ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int) {
        self.bytes = bytes
        position = start
        self.end = end
    }

    var isAtEnd: Bool { position >= end }
    var peek: UInt8? { position < end ? bytes[position] : nil }
    var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[position..<end]) }

    mutating func advance() { position += 1 }
    mutating func advance(to place: Int) { position = Swift.min(place, end) }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard position < end, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func expect(_ byte: UInt8, _ name: StaticString) throws(GrammarFault) {
        guard skip(byte) else { throw GrammarFault(expected: name) }
    }

    /// Steps over blanks; servers send more of them than the grammar has.
    mutating func skipSpaces() {
        while position < end, bytes[position] == ASCII.space || bytes[position] == 0x09 { position += 1 }
    }
}

extension ByteCursor {
    /// The run of octets up to the next blank, bracket, parenthesis, or quote.
    mutating func word() -> UnsafeRawBufferPointer {
        let start = position
        while position < end {
            switch bytes[position] {
            case ASCII.space, 0x09, ASCII.openParenthesis, ASCII.closeParenthesis, ASCII.closeBracket, ASCII.quote:
                return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
            default:
                position += 1
            }
        }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    /// Steps over `word` when it stands here, in letters of either case and as a whole word.
    mutating func skip(word: StaticString) -> Bool {
        let before = position
        if ASCII.equal(self.word(), word) { return true }
        position = before
        return false
    }

    /// A number; what is wrong with it is forgiven where the meaning is plain: a fraction is cut (`12.0`).
    ///
    /// `nil`, and nothing consumed, where no number stands, where it is negative, and where it exceeds 64 bits.
    mutating func number() -> UInt64? {
        var place = position
        var value: UInt64 = 0
        while place < end, ASCII.isDigit(bytes[place]) {
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(bytes[place] - ASCII.zero))
            if overflowed || carried { return nil }
            value = sum
            place += 1
        }
        guard place > position else { return nil }
        if place + 1 < end, bytes[place] == UInt8(ascii: "."), ASCII.isDigit(bytes[place + 1]) {
            place += 1
            while place < end, ASCII.isDigit(bytes[place]) { place += 1 }
        }
        position = place
        return value
    }

    /// A number of 32 bits, as UIDs and counts are.
    mutating func number32() -> UInt32? {
        let before = position
        guard let value = number(), let small = UInt32(exactly: value) else {
            position = before
            return nil
        }
        return small
    }

    /// A quoted string or a literal (RFC 9051 §4.3); `nil` where neither begins here.
    mutating func string() throws(GrammarFault) -> [UInt8]? {
        switch peek {
        case ASCII.quote:
            return try quoted()
        case ASCII.openBrace:
            return try literal()
        case ASCII.tilde where position + 1 < end && bytes[position + 1] == ASCII.openBrace:
            position += 1
            return try literal()
        default:
            return nil
        }
    }

    /// A string or `NIL`.
    mutating func nilOrString() throws(GrammarFault) -> [UInt8]? {
        if skip(word: "NIL") { return nil }
        guard let value = try string() else {
            // Atoms stand where strings should on several servers.
            let atom = word()
            guard !atom.isEmpty else { throw GrammarFault(expected: "string") }
            return Array(atom)
        }
        return value
    }

    /// An atom or a string.
    mutating func atomOrString() throws(GrammarFault) -> [UInt8] {
        if let value = try string() { return value }
        let atom = astring()
        guard !atom.isEmpty else { throw GrammarFault(expected: "atom or string") }
        return Array(atom)
    }

    /// `]` belongs to an astring and not to an atom (RFC 9051 §9, ASTRING-CHAR).
    private mutating func astring() -> UnsafeRawBufferPointer {
        let start = position
        while position < end {
            switch bytes[position] {
            case ASCII.space, 0x09, ASCII.openParenthesis, ASCII.closeParenthesis, ASCII.quote:
                return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
            default:
                position += 1
            }
        }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    private mutating func quoted() throws(GrammarFault) -> [UInt8] {
        position += 1
        let start = position
        var hasEscapes = false
        while position < end {
            switch bytes[position] {
            case ASCII.quote:
                let body = bytes[start..<position]
                position += 1
                return hasEscapes ? Self.unescape(body) : Array(body)
            case ASCII.backslash:
                hasEscapes = true
                position += 2
            default:
                position += 1
            }
        }
        position = end
        throw GrammarFault(expected: "closing quote")
    }

    private static func unescape(_ body: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(body.count)
        var isEscaped = false
        for byte in body {
            if byte == ASCII.backslash, !isEscaped {
                isEscaped = true
            } else {
                out.append(byte)
                isEscaped = false
            }
        }
        return out
    }

    private mutating func literal() throws(GrammarFault) -> [UInt8] {
        guard let header = LiteralHeader(bytes, at: position, end: end), header.size <= UInt64(end - header.bodyStart)
        else { throw GrammarFault(expected: "literal") }
        let bodyEnd = header.bodyStart + Int(header.size)
        defer { position = bodyEnd }
        return Array(bytes[header.bodyStart..<bodyEnd])
    }

    /// Steps over one value of any shape: a parenthesised list of any depth, a string, or a word.
    mutating func skipValue() throws(GrammarFault) {
        var depth = 0
        repeat {
            skipSpaces()
            switch peek {
            case nil:
                throw GrammarFault(expected: "value")
            case ASCII.openParenthesis:
                depth += 1
                position += 1
            case ASCII.closeParenthesis:
                guard depth > 0 else { return }
                depth -= 1
                position += 1
            case ASCII.quote, ASCII.openBrace, ASCII.tilde:
                if try string() == nil { position += 1 }
            default:
                if word().isEmpty { position += 1 }
            }
        } while depth > 0
    }
}
