import IMAPCore
import NIOCore

/// What a parser makes of octets in the pieces given, with the chunks of a body put together, so that runs over
/// different pieces can be compared.
struct ParserRun: Equatable {
    enum Step: Equatable {
        case response(Response)
        case body(BodyBegin, [UInt8])
        /// A body that the octets end in.
        case openBody(BodyBegin, [UInt8])
    }

    var steps: [Step] = []
    var error: IMAPError?
    /// Whether a reply was under way at the end.
    var isInsideReply = false

    init(_ pieces: some Sequence<some Sequence<UInt8>>, limits: ParserLimits = ParserLimits()) {
        self.init(pieces.map { ByteBuffer(bytes: $0) }, limits: limits)
    }

    init(_ pieces: [ByteBuffer], limits: ParserLimits = ParserLimits()) {
        var parser = ResponseParser(limits: limits)
        var open: (BodyBegin, [UInt8])?
        do throws(IMAPError) {
            for piece in pieces {
                parser.feed(piece)
                while let event = try parser.next() {
                    switch event {
                    case .response(let response): steps.append(.response(response))
                    case .bodyBegin(let begin): open = (begin, [])
                    case .bodyChunk(let chunk): chunk.withUnsafeReadableBytes { open?.1.append(contentsOf: $0) }
                    case .bodyEnd:
                        if let (begin, bytes) = open { steps.append(.body(begin, bytes)) }
                        open = nil
                    }
                }
            }
        } catch {
            self.error = error
        }
        if let (begin, bytes) = open { steps.append(.openBody(begin, bytes)) }
        isInsideReply = parser.isInsideReply
    }

    init(_ text: String, limits: ParserLimits = ParserLimits()) {
        self.init([Array(text.utf8)], limits: limits)
    }

    var responses: [Response] {
        steps.compactMap { if case .response(let response) = $0 { response } else { nil } }
    }

    var fetches: [FetchResponse] {
        responses.compactMap { if case .fetch(let response) = $0 { response } else { nil } }
    }

    var bodies: [[UInt8]] {
        steps.compactMap { if case .body(_, let bytes) = $0 { bytes } else { nil } }
    }

    /// The lines, and attributes, that could not be read.
    var losses: [String] {
        steps.flatMap { step -> [String] in
            switch step {
            case .response(.unreadable(let line)): [line]
            case .response(.fetch(let response)): response.lost
            case .response, .body, .openBody: []
            }
        }
    }
}

extension ByteBuffer {
    /// In pieces that end at `places`, in ascending order, sharing its memory.
    func cut(at places: [Int]) -> [ByteBuffer] {
        let bounds = [readerIndex] + places.map { readerIndex + $0 } + [writerIndex]
        return zip(bounds, bounds.dropFirst()).compactMap { getSlice(at: $0, length: $1 - $0) }
    }
}

extension Array where Element == UInt8 {
    /// In two pieces, at `place`.
    func cut(at place: Int) -> [[UInt8]] { [Array(self[..<place]), Array(self[place...])] }
}
