import IMAPCore
import MailModel
import NIOCore
import Testing

@Suite("The session's state machine")
struct SessionMachineTests {
    /// A machine and what it did, in words.
    struct Session {
        var machine: SessionMachine
        var parser = ResponseParser()

        init(requiresStartTLS: Bool = false) { machine = SessionMachine(requiresStartTLS: requiresStartTLS) }

        mutating func hear(_ text: String) throws -> [String] {
            parser.feed(ByteBuffer(string: text))
            var out: [String] = []
            while let event = try parser.next() {
                switch machine.receive(event) {
                case .ignore: out.append("ignore")
                case .greeted: out.append("greeted")
                case .keep: out.append("keep")
                case .body: out.append("body")
                case .write(let bytes): out.append("write \(String(buffer: bytes))")
                case .finished(let end):
                    let outcome = if case .success = end.outcome { "ok" } else { "refused" }
                    let write = end.write.map { " write \(String(buffer: $0))" } ?? ""
                    out.append("finished \(end.index) \(outcome)\(end.isLast ? " last" : "")\(write)")
                case .startTLS: out.append("startTLS")
                case .challenge(let text): out.append("challenge \(text)")
                case .idleEnded: out.append("idle ended")
                case .fail(let error): out.append("fail \(error)")
                }
            }
            return out
        }

        mutating func say(_ request: Request) throws(IMAPError) -> String { String(buffer: try machine.begin(request)) }
        mutating func say(_ command: Command) throws(IMAPError) -> String { try say(Request(command)) }
    }

    private func signedIn() throws -> Session {
        var session = Session()
        _ = try session.hear("* PREAUTH hello\r\n")
        return session
    }

    @Test("nothing may be sent before the greeting")
    func greeting() throws {
        var session = Session()
        #expect(throws: IMAPError.unusable("it is not ready yet")) { _ = try session.say(.capability) }
        #expect(try session.hear("\r\n* OK [CAPABILITY IMAP4rev1] hi\r\n") == ["greeted"])
        #expect(session.machine.capabilities?.has("IMAP4REV1") == true)
        #expect(try session.say(.capability) == "A1 CAPABILITY\r\n")
    }

    @Test("what does not greet as IMAP does is refused at once")
    func notIMAP() throws {
        var session = Session()
        let refusal = "fail the mail server broke the protocol: it did not greet as a mail server does"
        #expect(try session.hear("220 smtp.example ESMTP\r\n") == [refusal])
    }

    @Test("a greeting by BYE ends it, and a limit is told from other reasons")
    func bye() throws {
        var session = Session()
        #expect(try session.hear("* BYE go away\r\n") == ["fail the mail server ended the session: go away"])
        var busy = SessionMachine(requiresStartTLS: false)
        var parser = ResponseParser()
        parser.feed(ByteBuffer(string: "* BYE [UNAVAILABLE] later\r\n"))
        guard let event = try parser.next(), case .fail(.throttled(let throttle)) = busy.receive(event) else {
            Issue.record("not throttled")
            return
        }
        #expect(throttle.reason == .unavailable)
    }

    @Test("23: a late answer to another command ends nothing")
    func lateTags() throws {
        var session = try signedIn()
        #expect(try session.say(.noop) == "A1 NOOP\r\n")
        #expect(try session.hear("A0 NO late\r\nB1 OK strange\r\n") == ["ignore", "ignore"])
        #expect(try session.hear("A1 OK\r\n") == ["finished 0 ok last"])
        #expect(try session.hear("A1 NO again\r\n") == ["ignore"])
    }

    @Test("commands wait for +, and a stray + moves nothing")
    func continuations() throws {
        var session = Session()
        _ = try session.hear("* OK hi\r\n")
        #expect(try session.hear("+ stray\r\n") == ["ignore"])
        #expect(try session.say(.login(username: "jürgen", password: "ö")) == "A1 LOGIN {7}\r\n")
        #expect(try session.hear("+\r\n") == ["write jürgen {2}\r\n"])
        #expect(try session.hear("+\r\n") == ["write ö\r\n"])
        #expect(try session.hear("A1 OK in\r\n") == ["finished 0 ok last"])
        #expect(session.machine.phase == .authenticated)
    }

    @Test("a literal that is refused by NO ends the command")
    func refusedLiteral() throws {
        var session = Session()
        _ = try session.hear("* OK hi\r\n")
        _ = try session.say(.login(username: "jürgen", password: "ö"))
        #expect(try session.hear("A1 NO never\r\n") == ["finished 0 refused last"])
        #expect(session.machine.phase == .notAuthenticated)
    }

    @Test("an error told by + within XOAUTH2 is answered by an empty line, so that the server says NO")
    func oauthError() throws {
        var session = Session()
        _ = try session.hear("* OK [CAPABILITY SASL-IR AUTH=XOAUTH2] hi\r\n")
        _ = try session.say(.authenticateXOAuth2(username: "u", accessToken: "t", initialResponse: true))
        #expect(try session.hear("+ eyJzdGF0dXMiOiI0MDAifQ==\r\n") == ["write \r\n"])
        #expect(try session.hear("A1 NO [AUTHENTICATIONFAILED] bad token\r\n") == ["finished 0 refused last"])
    }

    @Test("an error told by + within OAUTHBEARER is answered by the one octet that RFC 7628 has for it")
    func oauthBearerError() throws {
        var session = Session()
        _ = try session.hear("* OK hi\r\n")
        _ = try session.say(
            .authenticateOAuthBearer(username: "u", accessToken: "t", host: "h", port: 1, initialResponse: true))
        #expect(try session.hear("+ eyJzdGF0dXMiOiI0MDAifQ==\r\n") == ["write AQ==\r\n"])
        #expect(try session.hear("A1 NO [AUTHENTICATIONFAILED] bad token\r\n") == ["finished 0 refused last"])
    }

    @Test("what is asked within SCRAM is handed on, once the first message is sent", arguments: [true, false])
    func challenges(initial: Bool) throws {
        var session = Session()
        _ = try session.hear("* OK hi\r\n")
        _ = try session.say(.authenticateScram(firstMessage: "n,,", username: "u", initialResponse: initial))
        if !initial { #expect(try session.hear("+\r\n") == ["write biws\r\n"]) }
        #expect(try session.hear("+ cj14\r\n") == ["challenge cj14"])
        #expect(String(buffer: session.machine.respond("Yz0=")) == "Yz0=\r\n")
        #expect(try session.hear("+ dj14\r\nA1 OK\r\n") == ["challenge dj14", "finished 0 ok last"])
        #expect(session.machine.phase == .authenticated)
    }

    @Test("9: what is enabled is what the server lists, or, where it lists nothing, what was asked for")
    func enabled() throws {
        var session = try signedIn()
        _ = try session.say(.enable(["QRESYNC"]))
        _ = try session.hear("* ENABLED CONDSTORE\r\nA1 OK\r\n")
        #expect(session.machine.enabled == ["CONDSTORE"])
        _ = try session.say(.enable(["qresync"]))
        _ = try session.hear("A2 OK\r\n")
        #expect(session.machine.enabled == ["CONDSTORE", "QRESYNC"])
        var refused = try signedIn()
        _ = try refused.say(.enable(["QRESYNC"]))
        _ = try refused.hear("A1 BAD what?\r\n")
        #expect(refused.machine.enabled.isEmpty)
    }

    @Test("QRESYNC brings CONDSTORE, and so does a folder opened with its mod-sequences")
    func condstore() throws {
        var session = try signedIn()
        _ = try session.say(.enable(["QRESYNC"]))
        _ = try session.hear("* ENABLED QRESYNC\r\nA1 OK\r\n")
        #expect(session.machine.enabled == ["CONDSTORE", "QRESYNC"])
        var opened = try signedIn()
        _ = try opened.say(.examine(FolderPath(raw: [0x61], delimiter: nil), condstore: true))
        _ = try opened.hear("A1 OK\r\n")
        #expect(opened.machine.enabled == ["CONDSTORE"])
    }

    @Test("several commands are under way up to the window, and each answer makes room for one")
    func pipelining() throws {
        var session = try signedIn()
        let commands = (1...4).map { Command.status(FolderPath(raw: [UInt8(0x60 + $0)], delimiter: nil), [.messages]) }
        let first = try session.say(Request(commands, window: 2))
        #expect(first == "A1 STATUS \"a\" (MESSAGES)\r\nA2 STATUS \"b\" (MESSAGES)\r\n")
        #expect(try session.hear("A2 NO no such\r\n") == ["finished 1 refused write A3 STATUS \"c\" (MESSAGES)\r\n"])
        #expect(
            try session.hear("A1 OK\r\nA3 OK\r\nA4 OK\r\n")
                == ["finished 0 ok write A4 STATUS \"d\" (MESSAGES)\r\n", "finished 2 ok", "finished 3 ok last"])
        #expect(!session.machine.isActive)
    }

    @Test("a request may end with its first refusal; what is under way is awaited, the rest is not sent")
    func stopsAtRefusal() throws {
        var session = try signedIn()
        let commands = (1...4).map { Command.status(FolderPath(raw: [UInt8(0x60 + $0)], delimiter: nil), [.messages]) }
        _ = try session.say(Request(commands, window: 2, stopsAtRefusal: true))
        #expect(try session.hear("A1 NO no\r\nA2 OK\r\n") == ["finished 0 refused", "finished 1 ok last"])
    }

    @Test("a second request while one is active is refused")
    func busy() throws {
        var session = try signedIn()
        _ = try session.say(.noop)
        #expect(throws: IMAPError.busy) { _ = try session.say(.noop) }
    }

    @Test("a request with an injection in it changes nothing")
    func injection() throws {
        var session = try signedIn()
        let bad = Command.examine(FolderPath(raw: Array("a\r\nb".utf8), delimiter: nil))
        #expect(throws: IMAPError.injection("a folder's name")) {
            _ = try session.say(Request([.noop, bad], window: 2))
        }
        #expect(!session.machine.isActive)
        #expect(try session.say(.noop) == "A1 NOOP\r\n")
    }

    @Test("commands are allowed in their phase only")
    func phases() throws {
        var session = Session()
        _ = try session.hear("* OK hi\r\n")
        #expect(throws: IMAPError.unusable("not signed in")) { _ = try session.say(.namespace) }
        _ = try session.say(.login(username: "a", password: "b"))
        _ = try session.hear("A1 OK\r\n")
        #expect(throws: IMAPError.unusable("already signed in")) { _ = try session.say(.startTLS) }
        #expect(throws: IMAPError.unusable("no folder is open")) {
            _ = try session.say(.uidSearch(.all, extended: false))
        }
        _ = try session.say(.examine(FolderPath(raw: [0x61], delimiter: nil)))
        _ = try session.hear("A2 OK\r\n")
        #expect(session.machine.phase == .selected)
        _ = try session.say(.examine(FolderPath(raw: [0x62], delimiter: nil)))
        _ = try session.hear("A3 NO gone\r\n")
        #expect(session.machine.phase == .authenticated)
    }

    @Test("STARTTLS: PREAUTH before it ends the session; without that it need not be")
    func preauth() throws {
        var strict = Session(requiresStartTLS: true)
        #expect(
            try strict.hear("* PREAUTH welcome\r\n")
                == ["fail the mail server was signed in before TLS, which is not safe"])
        var plain = Session()
        #expect(try plain.hear("* PREAUTH welcome\r\n") == ["greeted"])
        #expect(plain.machine.phase == .authenticated)
    }

    @Test("STARTTLS forgets what was learnt in plain text")
    func startTLS() throws {
        var session = Session(requiresStartTLS: true)
        _ = try session.hear("* OK [CAPABILITY STARTTLS AUTH=PLAIN LITERAL+] hi\r\n")
        #expect(try session.say(.startTLS) == "A1 STARTTLS\r\n")
        #expect(try session.hear("A1 OK go\r\n") == ["startTLS"])
        #expect(throws: IMAPError.unusable("it is not ready yet")) { _ = try session.say(.capability) }
        session.machine.secured()
        #expect(session.machine.capabilities == nil)
        #expect(session.machine.phase == .notAuthenticated)
    }

    @Test("STARTTLS refused ends the session")
    func startTLSRefused() throws {
        var session = Session(requiresStartTLS: true)
        _ = try session.hear("* OK hi\r\n")
        _ = try session.say(.startTLS)
        #expect(try session.hear("A1 BAD unknown\r\n") == ["fail the mail server refused STARTTLS"])
    }

    @Test("a sign-in forgets the capabilities from before it, unless it brings new ones", arguments: [true, false])
    func capabilitiesAfterSignIn(brings: Bool) throws {
        var session = Session()
        _ = try session.hear("* OK [CAPABILITY LITERAL+] hi\r\n")
        _ = try session.say(.login(username: "a", password: "b"))
        if brings { _ = try session.hear("* CAPABILITY IDLE\r\n") }
        _ = try session.hear("A1 OK\r\n")
        #expect(session.machine.capabilities == (brings ? IMAPCapabilities(["IDLE"]) : nil))
    }

    @Test("BYE is no failure while logging out")
    func logout() throws {
        var session = try signedIn()
        _ = try session.say(.logout)
        #expect(try session.hear("* BYE bye\r\nA1 OK\r\n") == ["keep", "finished 0 ok last"])
        #expect(session.machine.phase == .ended)
    }
}
