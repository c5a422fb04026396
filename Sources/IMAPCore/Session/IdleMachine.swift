import NIOCore

/// One IDLE from its first word to its tagged answer (RFC 2177), with what servers make of it (mail-exactness 30): a `+`
/// that never comes, an end that nobody asked for, a DONE that crosses it and is called BAD.
///
/// ```
///  begin() ─▶ asked ───"+"───▶ idling ──leave()──▶ leaving ──tagged──▶ over
///               │                 │                   ▲
///               │ leave()         └───tagged──▶ over  │ "+", or leave(isOverdue)
///               ▼                                     │
///             wishing ────────────────────────────────┘
/// ```
/// A tagged answer ends it in every state.
struct IdleMachine: Sendable {
    private enum State {
        /// IDLE was sent.
        case asked
        /// DONE is to be sent once the server says `+`: before that it might be taken for a command.
        case wishing
        case idling
        /// DONE was sent.
        case leaving
        case over
    }

    let tag: String
    private var state = State.asked

    init(tag: String) { self.tag = tag }

    /// What begins it.
    var opening: ByteBuffer { ByteBuffer(string: "\(tag) IDLE\r\n") }

    private static var done: ByteBuffer { ByteBuffer(string: "DONE\r\n") }

    /// Whether DONE is held back until the server says `+`.
    var awaitsConsent: Bool {
        switch state {
        case .asked, .wishing: true
        case .idling, .leaving, .over: false
        }
    }

    /// The server said `+`; some say it again and again.
    ///
    /// - Returns: what must be written.
    mutating func consent() -> ByteBuffer? {
        switch state {
        case .asked:
            state = .idling
            return nil
        case .wishing:
            state = .leaving
            return Self.done
        case .idling, .leaving, .over:
            return nil
        }
    }

    /// - Parameter isOverdue: whether the server has had its time to say `+`.
    /// - Returns: what must be written; `nil` while the `+` is awaited, and when there is nothing left to leave.
    mutating func leave(isOverdue: Bool) -> ByteBuffer? {
        switch state {
        case .asked, .wishing:
            state = isOverdue ? .leaving : .wishing
            return isOverdue ? Self.done : nil
        case .idling:
            state = .leaving
            return Self.done
        case .leaving, .over:
            return nil
        }
    }

    /// The tagged answer came.
    mutating func finish(_ status: StatusResponse) -> IdleEnd {
        defer { state = .over }
        switch (state, status.condition) {
        case (.asked, .no), (.asked, .bad), (.wishing, .no), (.wishing, .bad):
            return .refused(RefusalClassifier.error(for: status, command: "IDLE", isSignIn: false))
        case (.leaving, _):
            // What is called BAD here is the DONE that came after the server had left by itself.
            return .left
        case (.asked, _), (.wishing, _), (.idling, _), (.over, _):
            return .byServer
        }
    }
}
