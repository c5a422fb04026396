package import MailModel
package import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Octets of a server in, replies out; whatever the pieces are that the octets come in.
///
/// Lines are looked through for their end once, and read in place where they lie whole in one piece. The body of a
/// message never becomes part of a line: it is handed on piece by piece, as it comes. What can't be read is given up
/// alone: an attribute (mail-exactness 17), or a line (18). Errors are thrown only where the bounds are passed; after one
/// the parser must not be used again.
///
/// ```
///            ┌────────── line break ──────────┐
///            ▼                                │
///          line ──{n} inside the line──▶ inlineLiteral
///            │ ▲
///   {n} of a │ │ n octets gone by
///    section ▼ │
///          body
/// ```
package struct ResponseParser {
    private enum Phase {
        case line
        case inlineLiteral(remaining: Int)
        case body(remaining: Int)
    }

    private let limits: ParserLimits
    private var phase = Phase.line
    /// What came last and is not read yet.
    private var input = ByteBuffer()
    /// How much of `input` is known to hold no line break.
    private var searched = 0
    /// The beginning of a line that came in several pieces or has literals inside it.
    private var held = ByteBuffer()
    /// The FETCH reply under way.
    private var fetch: FetchScanner?
    package init(limits: ParserLimits = ParserLimits()) {
        self.limits = limits
    }

    /// Whether octets were taken in that belong to no complete reply, or to one not asked for yet.
    package var hasBufferedBytes: Bool {
        input.readableBytes > 0 || isInsideReply
    }

    /// Whether a reply has begun and not ended: the state in which a lost connection has lost part of a message.
    package var isInsideReply: Bool {
        switch phase {
        case .line: fetch != nil || held.readableBytes > 0
        case .inlineLiteral, .body: true
        }
    }

    /// Whether the octets of a body section are under way.
    package var isInsideBody: Bool {
        switch phase {
        case .body: true
        case .line, .inlineLiteral: false
        }
    }

    /// The message whose reply is under way, where it is known by now.
    package var currentUID: UID? { fetch?.response.uid }

    /// Takes the next piece. ``next()`` must have returned `nil` before.
    package mutating func feed(_ piece: ByteBuffer) {
        if input.readableBytes == 0 {
            input = piece
        } else {
            input.writeImmutableBuffer(piece)
        }
    }

    /// Takes out what was fed and not read, between two replies: it is of another layer than was thought.
    package mutating func withdraw() -> ByteBuffer {
        defer { input = ByteBuffer() }
        searched = 0
        return input
    }

    /// Lets go of memory that holds nothing unread: after a fetch that may be much, and a connection may rest for hours.
    package mutating func rest() {
        if input.readableBytes == 0 { input = ByteBuffer() }
        if held.readableBytes == 0 { held = ByteBuffer() }
    }

    /// The next event; `nil` when more octets are needed for one.
    ///
    /// - Throws: ``IMAPError/bound(_:uid:)`` where a line or a literal is longer than allowed.
    package mutating func next() throws(IMAPError) -> ResponseEvent? {
        while true {
            switch phase {
            case .line:
                guard var unit = try takeLine() else { return nil }
                if let event = try read(&unit) { return event }
            case .inlineLiteral(let remaining):
                let count = Swift.min(remaining, input.readableBytes)
                if var piece = input.readSlice(length: count) { held.writeBuffer(&piece) }
                guard count == remaining else {
                    phase = .inlineLiteral(remaining: remaining - count)
                    return nil
                }
                phase = .line
            case .body(let remaining):
                if remaining == 0 {
                    phase = .line
                    fetch?.resumeAfterBody()
                    return .bodyEnd
                }
                guard let chunk = input.readSlice(length: Swift.min(remaining, input.readableBytes)),
                    chunk.readableBytes > 0
                else { return nil }
                phase = .body(remaining: remaining - chunk.readableBytes)
                return .bodyChunk(chunk)
            }
        }
    }
}

// MARK: - Lines

extension ResponseParser {
    /// The reply's octets so far, once a line break ends them.
    private mutating func takeLine() throws(IMAPError) -> ByteBuffer? {
        let found = input.withUnsafeReadableBytes { bytes in
            UnsafeRawBufferPointer(rebasing: bytes[searched...]).firstLineFeed
        }
        let length = found.map { searched + $0 + 1 } ?? input.readableBytes
        guard held.readableBytes + length <= limits.maximumLineLength else {
            throw .bound(.line(limits.maximumLineLength), uid: currentUID)
        }
        guard found != nil else {
            // Moved once; the search goes on in the next piece.
            held.writeBuffer(&input)
            input = ByteBuffer()
            searched = 0
            return nil
        }
        searched = 0
        guard held.readableBytes > 0 else { return input.readSlice(length: length) }
        var line = input.readSlice(length: length) ?? ByteBuffer()
        held.writeBuffer(&line)
        let unit = held
        held = ByteBuffer()
        return unit
    }

    /// Reads a unit: a reply, or that part of a FETCH reply which lies between two bodies.
    ///
    /// - Returns: `nil` where the unit is kept until the literal that it announced is there, and for empty lines.
    private mutating func read(_ unit: inout ByteBuffer) throws(IMAPError) -> ResponseEvent? {
        if fetch != nil { return try scanFetch(&unit) }
        let start = unit.withUnsafeReadableBytes { ReplyStart($0) }
        switch start {
        case .empty:
            return nil
        case .fetch(let sequenceNumber, let place):
            fetch = FetchScanner(
                sequenceNumber: sequenceNumber, place: place, maximumListItems: limits.maximumListItems)
            return try scanFetch(&unit)
        case .line(let mayHoldLiterals):
            if mayHoldLiterals, let header = unit.withUnsafeReadableBytes({ LiteralHeader.closing($0) }) {
                try hold(&unit, forLiteralOf: header.size)
                return nil
            }
            let limit = limits.maximumListItems
            return .response(unit.withUnsafeReadableBytes { ReplyReader.read($0, limit: limit) })
        }
    }

    private mutating func hold(_ unit: inout ByteBuffer, forLiteralOf size: UInt64) throws(IMAPError) {
        guard size <= UInt64(limits.maximumInlineLiteral) else {
            throw .bound(.literal(size), uid: currentUID)
        }
        held = unit
        unit = ByteBuffer()
        phase = .inlineLiteral(remaining: Int(size))
    }

    private mutating func scanFetch(_ unit: inout ByteBuffer) throws(IMAPError) -> ResponseEvent? {
        guard var scanner = fetch else { return nil }
        fetch = nil
        let outcome = unit.withUnsafeReadableBytes { scanner.scan($0) }
        switch outcome {
        case .lineEnd:
            return .response(.fetch(scanner.response))
        case .inlineLiteral(let size):
            fetch = scanner
            try hold(&unit, forLiteralOf: size)
            return nil
        case .body(let begin):
            fetch = scanner
            guard begin.size <= limits.maximumDrainedLiteral, let size = Int(exactly: begin.size) else {
                throw .bound(.literal(begin.size), uid: begin.uid)
            }
            phase = .body(remaining: size)
            return .bodyBegin(begin)
        case .inlineBody(let begin, let content):
            // The string's octets are played back as if they had been a literal; then the same unit goes on.
            fetch = scanner
            return try replay(begin, content, before: &unit)
        }
    }
}

// MARK: - Bodies within a line

extension ResponseParser {
    /// Puts the rest of the unit back before the unread input, behind the content of the string that was just scanned.
    private mutating func replay(
        _ begin: BodyBegin, _ content: [UInt8], before unit: inout ByteBuffer
    ) throws(IMAPError) -> ResponseEvent? {
        guard var scanner = fetch else { return nil }
        let rest = scanner.takePlace()
        fetch = scanner
        unit.moveReaderIndex(forwardBy: rest)
        var front = ByteBuffer()
        front.reserveCapacity(content.count + unit.readableBytes + input.readableBytes)
        front.writeBytes(content)
        front.writeBuffer(&unit)
        front.writeBuffer(&input)
        input = front
        searched = 0
        phase = .body(remaining: content.count)
        return .bodyBegin(begin)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var firstLineFeed: Int? {
        guard let base = baseAddress, count > 0, let found = memchr(base, Int32(ASCII.lineFeed), count) else {
            return nil
        }
        return UnsafeRawPointer(found) - base
    }
}
