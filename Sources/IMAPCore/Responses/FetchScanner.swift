import MailModel

/// Takes a FETCH reply apart: finds where each attribute's value ends, and only then reads it.
///
/// Because ends are found by quotes and parentheses alone, a value that can't be read costs that attribute and nothing
/// else. The scanner goes on where it stopped when a literal interrupts the line, so no octet is looked at twice.
///
/// ```
/// name ──[──▶ bracket ──]──▶ beforeValue ──▶ value ──▶ name …
///   └──────────────────────────▲
/// ```
struct FetchScanner {
    private(set) var response: FetchResponse
    private var place: Int
    private var state = State.name
    private let maximumListItems: Int

    private enum State {
        case name
        /// Inside the brackets of a section; where the name begins, and where the brackets' content does.
        case bracket(nameStart: Int, contentStart: Int)
        case beforeValue(FetchAttribute, nameStart: Int, nameEnd: Int)
        case value(FetchAttribute, nameStart: Int, nameEnd: Int, start: Int, depth: Int)
    }

    enum Outcome: Equatable {
        /// The line, and with it the reply, is at its end.
        case lineEnd
        /// So many octets follow that belong to the line itself.
        case inlineLiteral(size: UInt64)
        /// So many octets follow that are a body section.
        case body(BodyBegin)
        /// A body section that was sent as a string within the line.
        case inlineBody(BodyBegin, content: [UInt8])
    }

    /// - Parameter place: the octet after the word FETCH.
    init(sequenceNumber: UInt32, place: Int, maximumListItems: Int) {
        response = FetchResponse(sequenceNumber: sequenceNumber)
        self.place = place
        self.maximumListItems = maximumListItems
    }

    /// A streamed body has gone by: what follows is a line of its own.
    mutating func resumeAfterBody() {
        place = 0
        state = .name
    }

    /// Where the scanner stands in the unit, forgotten by it: what follows becomes a unit of its own.
    mutating func takePlace() -> Int {
        defer { place = 0 }
        return place
    }

    /// Goes on to the next event.
    ///
    /// - Parameter unit: the octets since the reply's beginning or its last streamed body, ending in a line break;
    ///   the same as at the last call, with the literal and a further line added after ``Outcome/inlineLiteral(size:)``.
    mutating func scan(_ unit: UnsafeRawBufferPointer) -> Outcome {
        var end = unit.count
        if end > place, unit[end - 1] == ASCII.lineFeed { end -= 1 }
        if end > place, unit[end - 1] == ASCII.carriageReturn { end -= 1 }
        while true {
            switch state {
            case .name:
                if !scanName(unit, end: end) { return .lineEnd }
            case .bracket(let nameStart, let contentStart):
                if let outcome = scanBracket(unit, end: end, nameStart: nameStart, contentStart: contentStart) {
                    return outcome
                }
            case .beforeValue(let attribute, let nameStart, let nameEnd):
                skipSpaces(unit, end: end)
                if place >= end || unit[place] == ASCII.closeParenthesis {
                    // A name without a value (`BODY[2] )`).
                    lose(unit, nameStart, nameEnd)
                    state = .name
                } else {
                    state = .value(attribute, nameStart: nameStart, nameEnd: nameEnd, start: place, depth: 0)
                }
            case .value(let attribute, let nameStart, let nameEnd, let start, let depth):
                let outcome = scanValue(
                    unit, end: end, attribute: attribute, nameStart: nameStart, nameEnd: nameEnd, start: start,
                    depth: depth)
                if let outcome { return outcome }
            }
        }
    }

    private mutating func skipSpaces(_ unit: UnsafeRawBufferPointer, end: Int) {
        while place < end, unit[place] == ASCII.space || unit[place] == 0x09 { place += 1 }
    }

    /// - Returns: whether there was anything left.
    private mutating func scanName(_ unit: UnsafeRawBufferPointer, end: Int) -> Bool {
        while place < end {
            switch unit[place] {
            case ASCII.space, 0x09, ASCII.openParenthesis, ASCII.closeParenthesis, ASCII.nul:
                // Parentheses around single attributes are Domino's; surplus closing ones come after broken values.
                place += 1
                continue
            default:
                break
            }
            let nameStart = place
            while place < end {
                let byte = unit[place]
                if byte == ASCII.space || byte == ASCII.openParenthesis || byte == ASCII.closeParenthesis { break }
                if byte == ASCII.openBracket {
                    place += 1
                    state = .bracket(nameStart: nameStart, contentStart: place)
                    return true
                }
                place += 1
            }
            let attribute = FetchAttribute(name: UnsafeRawBufferPointer(rebasing: unit[nameStart..<place]))
            state = .beforeValue(attribute, nameStart: nameStart, nameEnd: place)
            return true
        }
        return false
    }

    private mutating func scanBracket(
        _ unit: UnsafeRawBufferPointer, end: Int, nameStart: Int, contentStart: Int
    ) -> Outcome? {
        while place < end {
            switch unit[place] {
            case ASCII.closeBracket:
                let content = UnsafeRawBufferPointer(rebasing: unit[contentStart..<place])
                let name = UnsafeRawBufferPointer(rebasing: unit[nameStart..<(contentStart - 1)])
                place += 1
                let origin = scanOrigin(unit, end: end)
                let attribute: FetchAttribute =
                    FetchAttribute.namesSection(name) ? .body(BodySection(content), origin: origin) : .other
                state = .beforeValue(attribute, nameStart: nameStart, nameEnd: place)
                return nil
            case ASCII.quote:
                guard skipQuoted(unit, end: end) else { break }
            case ASCII.openBrace:
                if let size = skipLiteral(unit) { return .inlineLiteral(size: size) }
                place += 1
            default:
                place += 1
            }
        }
        lose(unit, nameStart, end)
        state = .name
        place = end
        return nil
    }

    /// The `<n>` of a partial fetch.
    private mutating func scanOrigin(_ unit: UnsafeRawBufferPointer, end: Int) -> UInt64? {
        guard place < end, unit[place] == UInt8(ascii: "<") else { return nil }
        var cursor = ByteCursor(unit, from: place + 1, to: end)
        let origin = cursor.number()
        while !cursor.isAtEnd, !cursor.skip(UInt8(ascii: ">")) { cursor.advance() }
        place = cursor.position
        return origin
    }

    private mutating func scanValue(
        _ unit: UnsafeRawBufferPointer, end: Int, attribute: FetchAttribute, nameStart: Int, nameEnd: Int, start: Int,
        depth initialDepth: Int
    ) -> Outcome? {
        var depth = initialDepth
        var isComplete = false
        scan: while place < end {
            switch unit[place] {
            case ASCII.quote:
                guard skipQuoted(unit, end: end) else { break scan }
                if depth == 0 {
                    isComplete = true
                    break scan
                }
            case ASCII.openParenthesis:
                depth += 1
                place += 1
            case ASCII.closeParenthesis:
                if depth == 0 {
                    isComplete = true
                    break scan
                }
                depth -= 1
                place += 1
                if depth == 0 {
                    isComplete = true
                    break scan
                }
            case ASCII.space where depth == 0:
                isComplete = true
                break scan
            case ASCII.openBrace:
                let atStart = place == start || (place == start + 1 && unit[start] == ASCII.tilde)
                let size = skipLiteral(unit)
                if let size, depth == 0, atStart, case .body(let section, let origin) = attribute {
                    response.namedBody = true
                    return .body(begin(section, origin, size: size))
                }
                if let size {
                    state = .value(attribute, nameStart: nameStart, nameEnd: nameEnd, start: start, depth: depth)
                    return .inlineLiteral(size: size)
                }
                place += 1
            default:
                place += 1
            }
        }
        state = .name
        // An atom may end with the line; an open quote or parenthesis may not.
        guard isComplete || (depth == 0 && place == end && unit[start] != ASCII.quote) else {
            lose(unit, nameStart, nameEnd)
            place = end
            return nil
        }
        return interpret(attribute, unit, nameStart..<nameEnd, value: start..<place)
    }

    /// Steps over a quoted string; `false` where it does not end on this line.
    private mutating func skipQuoted(_ unit: UnsafeRawBufferPointer, end: Int) -> Bool {
        place += 1
        while place < end {
            switch unit[place] {
            case ASCII.quote:
                place += 1
                return true
            case ASCII.backslash:
                place += 2
            default:
                place += 1
            }
        }
        place = end
        return false
    }

    /// Steps over a literal's header *and* the octets that are yet to come; `nil`, not moving, where none stands here.
    private mutating func skipLiteral(_ unit: UnsafeRawBufferPointer) -> UInt64? {
        guard let header = LiteralHeader(unit, at: place, end: unit.count), header.bodyStart == unit.count else {
            return nil
        }
        // The caller refuses what is too large before it comes back here.
        place = header.bodyStart + Int(clamping: header.size & 0xFFFF_FFFF)
        return header.size
    }

    private func begin(_ section: BodySection, _ origin: UInt64?, size: UInt64) -> BodyBegin {
        BodyBegin(
            sequenceNumber: response.sequenceNumber, uid: response.uid, section: section, origin: origin, size: size)
    }

    private mutating func lose(_ unit: UnsafeRawBufferPointer, _ nameStart: Int, _ nameEnd: Int) {
        guard response.lost.count < 32 else { return }
        response.lost.append(String(decoding: unit[nameStart..<Swift.min(nameEnd, nameStart + 64)], as: UTF8.self))
    }
}

// MARK: - Values

extension FetchScanner {
    private mutating func interpret(
        _ attribute: FetchAttribute, _ unit: UnsafeRawBufferPointer, _ name: Range<Int>, value: Range<Int>
    ) -> Outcome? {
        var cursor = ByteCursor(unit, from: value.lowerBound, to: value.upperBound)
        let isReadable: Bool
        switch attribute {
        case .uid:
            response.uid = cursor.number32().flatMap { UID(rawValue: $0) }
            isReadable = response.uid != nil
        case .flags:
            response.flags = try? FlagList.parse(&cursor, limit: maximumListItems)
            isReadable = response.flags != nil
        case .internalDate:
            response.internalDate = Self.date(&cursor)
            isReadable = response.internalDate != nil
        case .size:
            response.size = cursor.number()
            isReadable = response.size != nil
        case .modSequence:
            // Zoho sends −1, which counts as none (mail-exactness 7).
            _ = cursor.skip(ASCII.openParenthesis)
            response.modSequence = cursor.number().map { ModSequence(rawValue: $0) }
            isReadable = response.modSequence != nil
        case .gmailMessageID:
            response.gmailMessageID = cursor.number()
            isReadable = response.gmailMessageID != nil
        case .gmailThreadID:
            response.gmailThreadID = cursor.number()
            isReadable = response.gmailThreadID != nil
        case .gmailLabels:
            response.gmailLabels = try? Self.strings(&cursor, limit: maximumListItems)
            isReadable = response.gmailLabels != nil
        case .emailID:
            response.emailID = Self.objectID(&cursor)
            isReadable = response.emailID != nil
        case .threadID:
            response.threadID = Self.objectID(&cursor)
            isReadable = response.threadID != nil || ASCII.equal(cursor.rest, "NIL")
        case .body(let section, let origin):
            response.namedBody = true
            guard let content = try? cursor.string() else { return nil }
            return .inlineBody(begin(section, origin, size: UInt64(content.count)), content: content)
        case .other:
            isReadable = true
        }
        if !isReadable { lose(unit, name.lowerBound, name.upperBound) }
        return nil
    }

    private static func date(_ cursor: inout ByteCursor) -> EpochSeconds? {
        let text = cursor.rest
        if text.count > 2, text[0] == ASCII.quote {
            return InternalDate.parse(UnsafeRawBufferPointer(rebasing: text[1..<(text.count - 1)]))
        }
        guard let literal = try? cursor.string() else { return nil }
        return literal.withUnsafeBytes { InternalDate.parse($0) }
    }

    /// `(M6d99ac3275bb4e)`, its parentheses forgotten or not.
    private static func objectID(_ cursor: inout ByteCursor) -> String? {
        let isListed = cursor.skip(ASCII.openParenthesis)
        if !isListed, ASCII.equal(cursor.rest, "NIL") { return nil }
        guard let bytes = try? cursor.atomOrString(), bytes.count <= 255 else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func strings(_ cursor: inout ByteCursor, limit: Int) throws(GrammarFault) -> [[UInt8]] {
        if ASCII.equal(cursor.rest, "NIL") { return [] }
        try cursor.expect(ASCII.openParenthesis, "(")
        var out: [[UInt8]] = []
        while true {
            cursor.skipSpaces()
            if cursor.skip(ASCII.closeParenthesis) { return out }
            guard out.count < limit else { throw GrammarFault(expected: "shorter list") }
            out.append(try cursor.atomOrString())
        }
    }
}
