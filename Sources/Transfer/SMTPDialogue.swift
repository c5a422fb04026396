/// Follows an SMTP session by the server's replies alone, while libcurl speaks the client's part.
///
///     greeting ─► hello ─┬─► startTLS ─► secureHello ─┬─► signIn ─► closing ─► ended
///                        └────────────────────────────┘
///
/// Any other reply than the expected one leads to `ended` with a failed verdict. A 235 is the proof sought: what comes
/// after it no longer changes the verdict. Line by line it sees all that the server sends, so it also holds the bounds.
struct SMTPDialogue: Sendable {
    enum Phase: Sendable, Hashable {
        case greeting
        case hello
        case startTLS
        case secureHello
        case signIn
        /// Signed in; the reply to NOOP is awaited, so that the session ends politely.
        case closing
        case ended
    }

    enum Action: Sendable, Hashable {
        case proceed
        /// All is said: libcurl may take its leave, without waiting for the answer.
        case finish
        /// Break off.
        case abort
    }

    enum Verdict: Sendable, Hashable {
        case undecided
        case signedIn(SMTPServerFacts)
        case failed(TransferError)
    }

    /// Bounds of one session, far above any server's: its replies are kept in memory.
    static let maximumLines = 256
    static let maximumBytes = 64 * 1024
    /// The longest exchange of ours, SCRAM, has three challenges.
    static let maximumChallenges = 8

    private(set) var phase = Phase.greeting
    private(set) var verdict = Verdict.undecided
    private let demandsStartTLS: Bool
    private let mechanisms: [String]
    private var facts = SMTPServerFacts()
    private var reply: (code: Int, texts: [String])?
    private var lines = 0
    private var bytes = 0
    private var challenges = 0

    /// - Parameters:
    ///   - mechanisms: SASL mechanisms that the credential can be used with, in upper case.
    init(demandsStartTLS: Bool, mechanisms: [String]) {
        self.demandsStartTLS = demandsStartTLS
        self.mechanisms = mechanisms
    }

    /// The step that a silence, or a loss of the connection, falls into.
    var step: SMTPStep {
        switch phase {
        case .greeting: .greeting
        case .hello: .hello
        case .startTLS: .startTLS
        case .secureHello: .tls
        case .signIn, .closing, .ended: .signIn
        }
    }

    /// Takes one line of a reply, with or without its line end (RFC 5321 §4.2).
    mutating func receive(line raw: UnsafeRawBufferPointer) -> Action {
        lines += 1
        bytes += raw.count
        guard lines <= Self.maximumLines, bytes <= Self.maximumBytes else { return fail(.notSMTP(step)) }
        let line = raw.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        let digits = line.prefix(3)
        let mark = line.dropFirst(3).first
        guard digits.count == 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            mark == nil || mark == UInt8(ascii: " ") || mark == UInt8(ascii: "-")
        else { return fail(.notSMTP(step)) }
        let code = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        var texts = reply?.texts ?? []
        guard reply == nil || reply?.code == code else { return fail(.notSMTP(step)) }
        texts.append(String(decoding: line.dropFirst(4), as: UTF8.self))
        guard mark != UInt8(ascii: "-") else {
            reply = (code, texts)
            return .proceed
        }
        reply = nil
        return receive(code: code, texts: texts)
    }

    private mutating func receive(code: Int, texts: [String]) -> Action {
        let reply = SMTPReply(code: code, enhancedStatus: texts.last.flatMap(Self.enhancedStatus))
        switch phase {
        case .greeting:
            guard code == 220 else { return fail(.refused(.greeting, reply)) }
            facts.greetingHost = Self.host(inGreeting: texts[0])
            phase = .hello
            return .proceed
        case .hello:
            guard code == 250 else { return fail(.refused(.hello, reply)) }
            facts.extensions = Self.extensions(in: texts)
            guard demandsStartTLS else { return beginSignIn() }
            guard facts.extensions["STARTTLS"] != nil else { return fail(.startTLSNotOffered) }
            phase = .startTLS
            return .proceed
        case .startTLS:
            guard code == 220 else {
                return fail(reply.isTransient ? .refused(.startTLS, reply) : .startTLSNotOffered)
            }
            // What was said in plain text may have been anyone's: only the reply under TLS counts (RFC 3207 §4.2).
            facts.extensions = [:]
            phase = .secureHello
            return .proceed
        case .secureHello:
            guard code == 250 else { return fail(.refused(.hello, reply)) }
            facts.extensions = Self.extensions(in: texts)
            return beginSignIn()
        case .signIn:
            return receiveInSignIn(reply)
        case .closing:
            phase = .ended
            return .finish
        case .ended:
            return .abort
        }
    }

    private mutating func beginSignIn() -> Action {
        // Without this libcurl would go on without signing in, and all would seem well.
        guard !Set(mechanisms).isDisjoint(with: facts.authMechanisms) else {
            return fail(.signInNotOffered(mechanisms: facts.authMechanisms))
        }
        phase = .signIn
        return .proceed
    }

    private mutating func receiveInSignIn(_ reply: SMTPReply) -> Action {
        switch reply.code {
        case 334:
            challenges += 1
            guard challenges <= Self.maximumChallenges else { return fail(.notSMTP(.signIn)) }
            return .proceed
        case 235:
            verdict = .signedIn(facts)
            phase = .closing
            return .proceed
        case 200..<300:
            // A reply to something else: libcurl found no mechanism and went on to NOOP.
            return fail(.signInNotOffered(mechanisms: facts.authMechanisms))
        case 504 where reply.enhancedStatus != "5.7.9":
            return fail(.signInNotOffered(mechanisms: facts.authMechanisms))
        default:
            return fail(.signInRefused(reply))
        }
    }

    private mutating func fail(_ error: TransferError) -> Action {
        switch verdict {
        case .undecided:
            verdict = .failed(error)
        case .signedIn, .failed:
            break
        }
        phase = .ended
        return .abort
    }
}
