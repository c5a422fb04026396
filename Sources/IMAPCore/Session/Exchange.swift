import NIOCore

/// The commands of the active request: those still to be sent, and those whose answers are awaited.
struct Exchange: Sendable {
    struct Waiting: Sendable {
        let tag: String
        let command: Command
        let encoded: EncodedCommand
    }

    private struct UnderWay: Sendable {
        let index: Int
        let waiting: Waiting
        var sentPieces: Int
        var isSent: Bool { sentPieces == waiting.encoded.pieces.count }
    }

    private let waiting: [Waiting]
    private var unsent: Range<Int>
    private var underWay: [UnderWay] = []
    private let window: Int
    private let stopsAtRefusal: Bool
    /// Whether the server named its capabilities while this was active.
    var learntCapabilities = false
    /// Whether the server named what is enabled while this was active.
    var learntEnabled = false

    init(waiting: [Waiting], of request: Request) {
        self.waiting = waiting
        window = request.window
        stopsAtRefusal = request.stopsAtRefusal
        unsent = waiting.indices
    }

    var isOver: Bool { underWay.isEmpty && unsent.isEmpty }

    /// Whether a LOGOUT is under way, so that BYE is no surprise.
    var isLeaving: Bool {
        underWay.contains { if case .logout = $0.waiting.command { true } else { false } }
    }

    /// What a `+` means once all pieces are sent.
    var dialogue: EncodedCommand.Dialogue { underWay.last?.waiting.encoded.dialogue ?? .none }

    /// A command was refused.
    mutating func noteRefusal() {
        if stopsAtRefusal { unsent = unsent.upperBound..<unsent.upperBound }
    }

    /// What may be sent now: commands up to the window, none behind one that waits for its `+`.
    mutating func fill() -> ByteBuffer? {
        var out: ByteBuffer?
        while underWay.count < window, underWay.last?.isSent ?? true, let index = unsent.first {
            unsent = (index + 1)..<unsent.upperBound
            let next = waiting[index]
            var piece = next.encoded.pieces[0]
            out.append(&piece)
            underWay.append(UnderWay(index: index, waiting: next, sentPieces: 1))
        }
        return out
    }

    /// The server said `+`.
    mutating func nextPiece() -> ByteBuffer? {
        guard let last = underWay.indices.last, !underWay[last].isSent else { return nil }
        var out: ByteBuffer? = underWay[last].waiting.encoded.pieces[underWay[last].sentPieces]
        underWay[last].sentPieces += 1
        if underWay[last].isSent, var more = fill() { out.append(&more) }
        return out
    }

    /// The command that this tag ends; `nil` for a tag of none of them.
    mutating func end(_ tag: String) -> (index: Int, command: Command)? {
        guard let place = underWay.firstIndex(where: { $0.waiting.tag == tag }) else { return nil }
        let ended = underWay.remove(at: place)
        return (ended.index, ended.waiting.command)
    }
}

extension Optional where Wrapped == ByteBuffer {
    fileprivate mutating func append(_ other: inout ByteBuffer) {
        if self == nil {
            self = other
        } else {
            self?.writeBuffer(&other)
        }
    }
}
