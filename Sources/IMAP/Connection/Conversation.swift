import IMAPCore
import MailModel
import NIOCore

/// The session's state on this side: parser and state machine, driven by whoever has the connection's turn.
///
/// `@unchecked Sendable`: ``IMAPConnection`` lets one task at a time in, and hands the turn over under a lock.
final class Conversation: @unchecked Sendable {
    let transport: Transport
    let options: IMAPConnectionOptions
    let mark: ConnectionMark
    /// The folder that is open, as EXAMINE described it then.
    var selected: SelectedMailbox?
    private var parser: ResponseParser
    private var machine: SessionMachine
    private var pieces: ArraySlice<ByteBuffer> = []
    private var deadline = NIODeadline.distantFuture
    private var commandName = ""
    private var isStreaming = false
    /// The last command's answer.
    private(set) var lastAnswer: StatusResponse?
    /// What came unasked.
    var news = NewsLedger()
    var push = PushState()
    /// Whether the server offers options of LIST and refuses them.
    var refusesListOptions = false
    /// Whether the server offers mod-sequences and refuses to be asked for them by EXAMINE.
    var refusesModSequences = false

    init(transport: Transport, options: IMAPConnectionOptions, mark: ConnectionMark, requiresStartTLS: Bool) {
        self.transport = transport
        self.options = options
        self.mark = mark
        parser = ResponseParser(limits: options.limits)
        machine = SessionMachine(requiresStartTLS: requiresStartTLS)
    }

    var capabilities: IMAPCapabilities? { machine.capabilities }
    var phase: SessionMachine.Phase { machine.phase }
    var enabled: Set<String> { machine.enabled }

    /// Whether replies lie here that can be read without waiting.
    var hasBufferedBytes: Bool { parser.hasBufferedBytes || !pieces.isEmpty || transport.hasBytes }

    /// No command can be sent any more.
    func end() {
        machine.end()
        mark.end()
        transport.abandon()
    }

    // MARK: - Requests

    /// The untagged replies to a request and its commands' outcomes, in the order of the commands.
    struct Answer {
        var replies: [Response] = []
        var outcomes: [Result<StatusResponse, IMAPError>?]
    }

    /// Waits for the greeting.
    func greet() async throws(IMAPError) {
        startClock("the connection")
        while true {
            switch try await nextAction() {
            case .greeted: return
            case .ignore, .keep, .body, .write, .finished, .startTLS, .challenge, .idleEnded: continue
            case .fail(let error): throw error
            }
        }
    }

    /// Sends a request and gathers what is answered.
    ///
    /// - Parameter respond: answers the challenges of a sign-in, base64 by base64; `*` gives it up.
    func perform(
        _ request: Request, respond: (String) async -> String = { _ in "*" }
    ) async throws(IMAPError) -> Answer {
        try begin(request, isStreaming: false)
        var answer = Answer(outcomes: Array(repeating: nil, count: request.commands.count))
        while true {
            switch try await nextAction() {
            case .keep(let response):
                guard request.commands.contains(where: { $0.mayBeAnswered(by: response) }) else {
                    news.note(response)
                    continue
                }
                if case .status = response { news.note(response) }
                guard answer.replies.count < options.maximumReplies else {
                    throw fail(.bound(.replies(options.maximumReplies), uid: nil))
                }
                answer.replies.append(response)
            case .finished(let ended):
                answer.outcomes[ended.index] = ended.outcome
                restartClock()
                if ended.isLast { return answer }
            case .challenge(let text):
                transport.send(machine.respond(await respond(text)))
                restartClock()
            case .ignore, .greeted, .body, .write, .startTLS, .idleEnded:
                continue
            case .fail(let error):
                throw fail(error)
            }
        }
    }

    /// Sends one command, which must succeed.
    func perform(_ command: Command) async throws(IMAPError) -> (replies: [Response], end: StatusResponse) {
        let answer = try await perform(Request(command))
        guard let outcome = answer.outcomes.first.flatMap({ $0 }) else {
            throw fail(.protocolViolation("no answer"))
        }
        return (answer.replies, try outcome.get())
    }

    /// Sends STARTTLS and puts TLS under the session (RFC 9051 §6.2.1).
    func startTLS(trustRoots: IMAPConnectionOptions.TrustRoots) async throws(IMAPError) {
        try begin(Request(.startTLS), isStreaming: false)
        while true {
            switch try await nextAction() {
            case .startTLS:
                // What lies behind the answer came in plain text; taken up after the handshake, it would be an
                // attacker's words in the server's mouth.
                guard !hasBufferedBytes else { throw fail(.insecure(.bytesBeforeTLS)) }
                try await transport.startTLS(trustRoots: trustRoots)
                parser = ResponseParser(limits: options.limits)
                machine.secured()
                return
            case .fail(let error):
                throw fail(error)
            case .ignore, .greeted, .keep, .body, .write, .finished, .challenge, .idleEnded:
                continue
            }
        }
    }

    /// Sends COMPRESS and compresses all that follows the answer, in both directions.
    ///
    /// - Returns: whether the server took it up.
    func compress() async throws(IMAPError) -> Bool {
        switch try await perform(Request(.compress)).outcomes[0] {
        case .success:
            var early = parser.withdraw()
            for piece in pieces { early.writeImmutableBuffer(piece) }
            pieces = []
            do throws(IMAPError) {
                try await transport.compress(early: early)
            } catch {
                throw fail(error)
            }
            return true
        case .failure(.refused): return false
        case .failure(let error): throw error
        case nil: throw fail(.protocolViolation("no answer"))
        }
    }

    // MARK: - IDLE

    func beginIdle() throws(IMAPError) {
        let bytes = try machine.beginIdle()
        isStreaming = false
        startClock("IDLE")
        transport.send(bytes)
    }

    /// Whether the server has not said `+` yet, so that DONE is held back.
    var awaitsIdleConsent: Bool { machine.awaitsIdleConsent }

    /// The answer to DONE is awaited as long as any command's.
    func leaveIdle(isOverdue: Bool = false) {
        restartClock()
        if let bytes = machine.leaveIdle(isOverdue: isOverdue) { transport.send(bytes) }
    }

    // MARK: - Streams

    func begin(_ request: Request, isStreaming: Bool) throws(IMAPError) {
        let bytes = try machine.begin(request)
        self.isStreaming = isStreaming
        startClock(request.commands[0].name)
        transport.setReadsAhead(isStreaming)
        transport.send(bytes)
    }

    func endStream() {
        isStreaming = false
        transport.setReadsAhead(false)
    }

    /// The next thing to do, if the octets for it are here already.
    func nextReadyAction() throws(IMAPError) -> SessionMachine.Action? {
        while true {
            if let event = try parser.next() {
                let action = machine.receive(event)
                if case .write(let bytes) = action { transport.send(bytes) }
                if case .finished(let ended) = action {
                    if case .response(.tagged(_, let status)) = event { lastAnswer = status }
                    if let bytes = ended.write { transport.send(bytes) }
                }
                return action
            }
            guard let piece = pieces.popFirst() else { return nil }
            parser.feed(piece)
        }
    }

    /// Waits for more octets.
    func receive() async throws(IMAPError) {
        let until = isStreaming ? .now() + options.stallTimeout : deadline
        do {
            pieces = try await transport.receive(until: until)[...]
        } catch {
            throw fail(self.error(for: error))
        }
    }

    /// Waits for more octets that may never come.
    ///
    /// - Returns: why there are none; `nil` where there are.
    func receiveNews(
        until deadline: NIODeadline, isInterruptible: Bool = true
    ) async throws(IMAPError) -> NewsWait? {
        parser.rest()
        pieces = []
        do {
            switch try await transport.receiveNews(until: deadline, isInterruptible: isInterruptible) {
            case .octets(let buffers):
                pieces = buffers[...]
                return nil
            case .elapsed: return .elapsed
            case .interrupted: return .interrupted
            }
        } catch {
            throw fail(self.error(for: error))
        }
    }

    func nextAction() async throws(IMAPError) -> SessionMachine.Action {
        while true {
            do throws(IMAPError) {
                if let action = try nextReadyAction() { return action }
            } catch {
                throw fail(error)
            }
            try await receive()
        }
    }

    /// After this nothing can be sent or read.
    func fail(_ error: IMAPError) -> IMAPError {
        end()
        return error
    }

    // MARK: - Time

    private func startClock(_ name: String) {
        commandName = name
        restartClock()
    }

    private func restartClock() { deadline = .now() + options.commandTimeout }

    private func error(for end: Inbound.End) -> IMAPError {
        switch end {
        case .closed: .connectionLost(insideReply: parser.isInsideReply, uid: parser.currentUID)
        case .failed(let error): error
        case .timedOut: isStreaming ? .stalled(uid: parser.currentUID) : .deadline(commandName)
        case .cancelled: .cancelled
        }
    }
}
