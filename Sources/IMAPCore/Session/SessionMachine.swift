package import NIOCore

/// The client's half of an IMAP session, without the socket: replies and wishes in, ``Action``s out.
///
/// One ``Request``, which is one command or several of a kind that may be under way together, is active at a time;
/// every untagged reply that comes meanwhile is that request's. Tags decide which command an answer ends, so that a
/// late answer to an earlier one ends nothing (mail-exactness 23).
///
/// ```
///               ┌────────────────────────── PREAUTH ─────────────────────────┐
///               │                                                            ▼
///  greeting ──OK┴▶ notAuthenticated ──LOGIN, AUTHENTICATE OK──▶ authenticated ⇄ selected
///                    │         ▲                                   │  EXAMINE, SELECT
///             STARTTLS OK      │ secured()                         │
///                    ▼         │                                   ▼
///                  securing ───┘                     ended ◀── BYE, end(), a broken rule
/// ```
package struct SessionMachine: Sendable {
    package enum Phase: Sendable, Hashable {
        case greeting, notAuthenticated, securing, authenticated, selected, ended
    }

    /// What is to be done after an input.
    package enum Action: Sendable {
        /// Nothing: the input was no one's.
        case ignore
        /// The greeting is there; requests may begin.
        case greeted
        /// A reply that belongs to the active request, or came unasked.
        case keep(Response)
        /// A part of a body that belongs to the active request.
        case body(ResponseEvent)
        /// More of a command, for which the server has asked.
        case write(ByteBuffer)
        /// A command of the active request is over.
        case finished(CommandEnd)
        /// The server asks within a sign-in: base64, to be answered by ``SessionMachine/respond(_:)``.
        case challenge(String)
        /// The IDLE is over, and commands may follow.
        case idleEnded(IdleEnd)
        /// The server is ready for TLS. Nothing may be left that was received before.
        case startTLS
        /// The session can't go on.
        case fail(IMAPError)
    }

    package struct CommandEnd: Sendable {
        /// Which of the request's commands it was.
        package let index: Int
        package let outcome: Result<StatusResponse, IMAPError>
        /// Whether the request is over with it.
        package let isLast: Bool
        /// What may be sent now that there is room for it.
        package let write: ByteBuffer?
    }

    package private(set) var phase = Phase.greeting
    /// What the server said last that it can do; `nil` when that is not known, or no longer.
    package private(set) var capabilities: IMAPCapabilities?

    private let requiresStartTLS: Bool
    private var exchange: Exchange?
    private var idle: IdleMachine?
    /// Extensions that are on (RFC 5161), in capitals.
    package private(set) var enabled: Set<String> = []
    private var lastTag = 0
    private var surplusContinuations = 0

    /// - Parameter requiresStartTLS: whether nothing but STARTTLS may follow the greeting, whatever is advertised.
    package init(requiresStartTLS: Bool) {
        self.requiresStartTLS = requiresStartTLS
    }

    package var isActive: Bool { exchange != nil || idle != nil }

    // MARK: - Wishes

    /// Begins a request.
    ///
    /// - Returns: what must be written at once.
    /// - Throws: ``IMAPError/busy`` while another is active, ``IMAPError/unusable(_:)`` where the phase does not allow
    ///   the command, ``IMAPError/injection(_:)``; then nothing is sent and nothing is changed.
    package mutating func begin(_ request: Request) throws(IMAPError) -> ByteBuffer {
        guard !isActive else { throw .busy }
        var tagged: [Exchange.Waiting] = []
        tagged.reserveCapacity(request.commands.count)
        var tag = lastTag
        for command in request.commands {
            try check(command)
            tag += 1
            let name = "A\(tag)"
            let encoded = try CommandEncoder.encode(
                command, tag: name, literals: capabilities?.literals ?? .synchronising)
            tagged.append(.init(tag: name, command: command, encoded: encoded))
        }
        lastTag = tag
        surplusContinuations = 0
        var exchange = Exchange(waiting: tagged, of: request)
        defer { self.exchange = exchange }
        return exchange.fill() ?? ByteBuffer()
    }

    /// TLS is up. What was learnt without it is forgotten.
    package mutating func secured() {
        guard phase == .securing else { return }
        phase = .notAuthenticated
        capabilities = nil
    }

    /// Answers a challenge of the sign-in under way; what is given must be base64, or `*` to give it up.
    ///
    /// - Returns: what must be written.
    package func respond(_ text: String) -> ByteBuffer { ByteBuffer(string: "\(text)\r\n") }

    /// The connection is gone or given up.
    package mutating func end() {
        phase = .ended
        exchange = nil
        idle = nil
    }

    private func check(_ command: Command) throws(IMAPError) {
        switch (phase, command.requirement) {
        case (.ended, _): throw .unusable("it is closed")
        case (.greeting, _), (.securing, _): throw .unusable("it is not ready yet")
        case (.notAuthenticated, .startTLS), (_, .any): return
        case (.notAuthenticated, .notAuthenticated), (.authenticated, .authenticated), (.selected, .authenticated),
            (.selected, .selected):
            return
        case (.notAuthenticated, .authenticated), (.notAuthenticated, .selected): throw .unusable("not signed in")
        case (.authenticated, .selected): throw .unusable("no folder is open")
        case (.authenticated, .notAuthenticated), (.selected, .notAuthenticated), (.authenticated, .startTLS),
            (.selected, .startTLS):
            throw .unusable("already signed in")
        }
    }
}

// MARK: - IDLE

extension SessionMachine {
    /// Begins to idle; replies that come meanwhile are kept.
    ///
    /// - Returns: what must be written at once.
    /// - Throws: as ``begin(_:)``.
    package mutating func beginIdle() throws(IMAPError) -> ByteBuffer {
        guard !isActive else { throw .busy }
        switch phase {
        case .authenticated, .selected: break
        case .ended: throw .unusable("it is closed")
        case .greeting, .securing: throw .unusable("it is not ready yet")
        case .notAuthenticated: throw .unusable("not signed in")
        }
        lastTag += 1
        let machine = IdleMachine(tag: "A\(lastTag)")
        idle = machine
        return machine.opening
    }

    /// Whether the server has not said `+` to the IDLE, so that a DONE is held back.
    package var awaitsIdleConsent: Bool { idle?.awaitsConsent ?? false }

    /// Leaves IDLE. ``Action/idleEnded(_:)`` follows, if need be after an ``Action/write(_:)``.
    ///
    /// - Parameter isOverdue: whether the server has had its time to say `+`: then DONE is sent without it.
    /// - Returns: what must be written at once.
    package mutating func leaveIdle(isOverdue: Bool = false) -> ByteBuffer? { idle?.leave(isOverdue: isOverdue) }
}

// MARK: - What the server says

extension SessionMachine {
    package mutating func receive(_ event: ResponseEvent) -> Action {
        switch event {
        case .bodyBegin, .bodyChunk, .bodyEnd:
            return isActive ? .body(event) : .ignore
        case .response(let response):
            return receive(response)
        }
    }

    private mutating func receive(_ response: Response) -> Action {
        if phase == .greeting { return greet(response) }
        switch response {
        case .tagged(let tag, let status):
            return finish(tag, status)
        case .continuation(let text):
            return proceed(text)
        case .status(let status):
            if case .capability(let capabilities)? = status.code { learn(capabilities) }
            if status.condition == .bye, exchange?.isLeaving != true {
                return .fail(RefusalClassifier.error(forGoodbye: status))
            }
        case .capability(let capabilities):
            learn(capabilities)
        case .enabled(let names):
            note(enabled: names)
            exchange?.learntEnabled = true
        case .list, .mailboxStatus, .search, .thread, .flags, .exists, .recent, .expunge, .fetch, .vanished,
            .namespace, .id, .unknown, .unreadable:
            break
        }
        switch phase {
        // What comes between requests is news: NOTIFY has nothing else.
        case .authenticated, .selected: return .keep(response)
        case .greeting, .notAuthenticated, .securing, .ended: return isActive ? .keep(response) : .ignore
        }
    }

    private mutating func learn(_ capabilities: IMAPCapabilities) {
        self.capabilities = capabilities
        exchange?.learntCapabilities = true
    }

    private mutating func greet(_ response: Response) -> Action {
        // Whatever it is that answers there, it doesn't speak IMAP: there is nothing to wait for.
        if case .unreadable = response { return .fail(.protocolViolation("it did not greet as a mail server does")) }
        guard case .status(let status) = response else { return .ignore }
        if case .capability(let capabilities)? = status.code { self.capabilities = capabilities }
        switch status.condition {
        case .ok:
            phase = .notAuthenticated
            return .greeted
        case .preauthenticated:
            guard !requiresStartTLS else { return .fail(.insecure(.preauthenticatedBeforeTLS)) }
            phase = .authenticated
            return .greeted
        case .bye, .no, .bad:
            return .fail(RefusalClassifier.error(forGoodbye: status))
        }
    }

    private mutating func proceed(_ text: String) -> Action {
        if let done = idle?.consent() { return .write(done) }
        guard var exchange else { return .ignore }
        defer { self.exchange = exchange }
        if let piece = exchange.nextPiece() { return .write(piece) }
        switch exchange.dialogue {
        case .none:
            return .ignore
        case .refusal(let answer):
            guard surplusContinuations < 3 else { return .ignore }
            surplusContinuations += 1
            return .write(ByteBuffer(string: "\(answer)\r\n"))
        case .challenges:
            return .challenge(text)
        }
    }

    private mutating func finish(_ tag: String, _ status: StatusResponse) -> Action {
        if var machine = idle, machine.tag == tag {
            idle = nil
            return .idleEnded(machine.finish(status))
        }
        guard var exchange, let ended = exchange.end(tag) else { return .ignore }
        let isOK = status.condition == .ok
        note(ended.command, status, isOK: isOK)
        if case .startTLS = ended.command {
            self.exchange = nil
            guard isOK else { return .fail(.insecure(.startTLSRefused)) }
            phase = .securing
            return .startTLS
        }
        let outcome: Result<StatusResponse, IMAPError> =
            isOK
            ? .success(status)
            : .failure(
                RefusalClassifier.error(
                    for: status, command: ended.command.name, isSignIn: ended.command.isSignIn,
                    secrets: ended.command.secrets))
        if !isOK { exchange.noteRefusal() }
        let write = exchange.fill()
        let isLast = exchange.isOver
        self.exchange = isLast ? nil : exchange
        return .finished(CommandEnd(index: ended.index, outcome: outcome, isLast: isLast, write: write))
    }

    private mutating func note(enabled names: [String]) {
        enabled.formUnion(names.map { $0.uppercased() })
        // RFC 7162 §3.2.3.
        if enabled.contains("QRESYNC") { enabled.insert("CONDSTORE") }
    }

    /// What an answer changes in the session.
    private mutating func note(_ command: Command, _ status: StatusResponse, isOK: Bool) {
        let learnt: IMAPCapabilities? =
            if case .capability(let capabilities)? = status.code { capabilities } else { nil }
        switch command {
        case .login, .authenticatePlain, .authenticateXOAuth2, .authenticateOAuthBearer, .authenticateScram:
            guard isOK else { break }
            phase = .authenticated
            // A server has more to offer after the sign-in; what came before counts no longer.
            if learnt == nil, exchange?.learntCapabilities != true { capabilities = nil }
        case .enable(let names):
            // A server that says OK and lists nothing has switched on what was asked for (mail-exactness 9).
            if isOK, exchange?.learntEnabled != true { note(enabled: names) }
        case .examine(_, let condstore):
            // A refused one leaves no folder open (RFC 9051 §6.3.2).
            phase = isOK ? .selected : .authenticated
            if isOK, condstore { note(enabled: ["CONDSTORE"]) }
        case .select:
            phase = isOK ? .selected : .authenticated
        case .unselect:
            if isOK { phase = .authenticated }
        case .logout:
            phase = .ended
        case .capability, .noop, .startTLS, .id, .compress, .notify, .namespace, .list, .status, .uidSearch, .uidThread,
            .uidFetch:
            break
        }
        if let learnt { capabilities = learnt }
    }
}
