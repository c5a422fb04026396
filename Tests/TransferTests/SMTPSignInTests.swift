import CLibCurl
import Failure
import Foundation
import Glibc
import Testing

@testable import Transfer

@Suite("Checking an SMTP sign-in against a server", .timeLimit(.minutes(1)))
struct SMTPSignInTests {
    private let engine = TransferEngine(helloName: "client.test")
    private let good = SMTPCredential.password(username: "user", password: "secret")

    private func endpoint(_ port: UInt16, _ security: TransferSecurity = .none) -> SMTPEndpoint {
        SMTPEndpoint(serverName: "mail.test", ip: "127.0.0.1", port: port, security: security)
    }

    private static func passwordServer(ipv6: Bool = false) throws -> ScriptedSMTPServer {
        try ScriptedSMTPServer(ipv6: ipv6) { connection in
            connection.greet(["SIZE 1000000", "8BITMIME", "AUTH PLAIN"])
            connection.hearSignIn { $0 == "\0user\0secret" ? "235 2.7.0 welcome" : "535 5.7.8 no, not \($0)" }
            connection.farewell()
        }
    }

    @Test("the right password signs in, sends nothing, and leaves politely")
    func rightPassword() async throws {
        // Given
        let server = try Self.passwordServer()
        // When
        let facts = try await engine.checkSMTPSignIn(endpoint(server.port), credential: good)
        await engine.shutdown()
        // Then
        #expect(facts.greetingHost == "mail.test")
        #expect(facts.maximumMessageBytes == 1_000_000)
        #expect(facts.authMechanisms == ["PLAIN"])
        let verbs = server.lines.map { $0.prefix { $0 != " " } }
        #expect(Array(verbs.prefix(2)) == ["EHLO", "AUTH"])
        #expect(server.lines.first == "EHLO client.test")
        #expect(verbs.contains("NOOP"))
        #expect(!verbs.contains("MAIL"))
    }

    @Test("a wrong password is refused, needs the user, and is not repeated by the error")
    func wrongPassword() async throws {
        let server = try Self.passwordServer()
        let wrong = SMTPCredential.password(username: "user", password: "hunter2")
        let error = await #expect(throws: TransferError.self) {
            try await engine.checkSMTPSignIn(endpoint(server.port), credential: wrong)
        }
        #expect(error == .signInRefused(SMTPReply(code: 535, enhancedStatus: "5.7.8")))
        #expect(error?.code == "smtp_sign_in_refused")
        #expect(error?.disposition == .needsUser)
        #expect(error.map { "\($0) \(String(reflecting: $0))".contains("hunter2") } == false)
    }

    @Test(
        "an IPv6 server is reached by its address", .enabled(if: ScriptedSMTPServer.hasIPv6),
        arguments: ["::1", "[::1]", "mail.test"])
    func ipv6(name: String) async throws {
        let server = try Self.passwordServer(ipv6: true)
        let endpoint = SMTPEndpoint(serverName: name, ip: "::1", port: server.port, security: .none)
        let facts = try await engine.checkSMTPSignIn(endpoint, credential: good)
        #expect(facts.greetingHost == "mail.test")
    }

    @Test("LOGIN is used where PLAIN is not offered")
    func login() async throws {
        let server = try ScriptedSMTPServer { connection in
            connection.greet(["AUTH LOGIN"])
            connection.hear()
            connection.say("334 VXNlcm5hbWU6")
            let user = connection.hear()
            connection.say("334 UGFzc3dvcmQ6")
            let password = connection.hear()
            connection.say(user == "dXNlcg==" && password == "c2VjcmV0" ? "235 ok" : "535 no")
            connection.farewell()
        }
        let facts = try await engine.checkSMTPSignIn(endpoint(server.port), credential: good)
        #expect(facts.authMechanisms == ["LOGIN"])
    }

    @Test(
        "an access token goes by XOAUTH2, or by OAUTHBEARER where that is offered",
        arguments: [
            ("XOAUTH2", "user=user\u{1}auth=Bearer token\u{1}\u{1}"),
            ("OAUTHBEARER", "n,a=user,\u{1}host=mail.test\u{1}port=PORT\u{1}auth=Bearer token\u{1}\u{1}"),
        ])
    func token(mechanism: String, proof: String) async throws {
        let server = try ScriptedSMTPServer { connection in
            connection.greet(["AUTH PLAIN LOGIN \(mechanism)"])
            connection.hearSignIn { heard in
                let heard = heard.replacing(/port=[0-9]+/, with: "port=PORT")
                return heard == proof ? "235 ok" : "535 5.7.8 no"
            }
            connection.farewell()
        }
        _ = try await engine.checkSMTPSignIn(
            endpoint(server.port), credential: .xoauth2(username: "user", accessToken: "token"))
        #expect(server.lines.contains("AUTH \(mechanism)"))
    }

    @Test("a token refused by a challenge that holds the reason is a refused sign-in")
    func tokenRefused() async throws {
        let server = try ScriptedSMTPServer { connection in
            connection.greet(["AUTH XOAUTH2"])
            connection.hearSignIn { _ in "334 eyJzdGF0dXMiOiI0MDEifQ==" }
            connection.hang()
        }
        let error = await #expect(throws: TransferError.self) {
            try await engine.checkSMTPSignIn(
                endpoint(server.port), credential: .xoauth2(username: "user", accessToken: "old"))
        }
        #expect(error == .signInRefused(SMTPReply(code: 334)))
        #expect(error?.disposition == .needsUser)
    }

    /// The second server's keyword is one that the dialogue reads and libcurl does not: it fails when libcurl is told
    /// to try STARTTLS only (CURLUSESSL_TRY) and goes on in plain text. Before the first stand two guards.
    @Test(
        "without the STARTTLS that is configured no password leaves",
        arguments: [["AUTH PLAIN"], ["starttls", "AUTH PLAIN"]])
    func startTLSNotOffered(keywords: [String]) async throws {
        let server = try ScriptedSMTPServer { connection in
            connection.greet(keywords)
            connection.hearSignIn { _ in "235 ok" }
            connection.farewell()
        }
        await #expect(throws: TransferError.startTLSNotOffered) {
            try await engine.checkSMTPSignIn(endpoint(server.port, .startTLS), credential: good)
        }
        #expect(!server.lines.contains { $0.hasPrefix("AUTH") })
    }

    /// Fails when libcurl's own success is believed without a 235: it goes on without signing in.
    @Test("a server without sign-in is no success")
    func noSignIn() async throws {
        let server = try ScriptedSMTPServer { connection in
            connection.greet(["8BITMIME"])
            connection.farewell()
        }
        await #expect(throws: TransferError.signInNotOffered(mechanisms: [])) {
            try await engine.checkSMTPSignIn(endpoint(server.port), credential: good)
        }
    }

    @Test("a greeting that turns away for now is to be tried later")
    func busy() async throws {
        let server = try ScriptedSMTPServer { $0.say("421 4.3.2 too busy") }
        let error = await #expect(throws: TransferError.self) {
            try await engine.checkSMTPSignIn(endpoint(server.port), credential: good)
        }
        #expect(error == .refused(.greeting, SMTPReply(code: 421, enhancedStatus: "4.3.2")))
        #expect(error?.disposition == .retryLater)
    }

    @Test("a server that says nothing ends at the deadline, and the error says where")
    func hangs() async throws {
        let silent = try ScriptedSMTPServer { $0.hang() }
        let mute = try ScriptedSMTPServer { connection in
            connection.say("220 mail.test")
            connection.hang()
        }
        let stuck = try ScriptedSMTPServer { connection in
            connection.greet()
            connection.hang()
        }
        for (port, security, step) in [
            (silent.port, TransferSecurity.none, SMTPStep.greeting), (silent.port, .tls, .tls),
            (mute.port, .none, .hello), (stuck.port, .none, .signIn),
        ] {
            let error = await #expect(throws: TransferError.self) {
                try await engine.checkSMTPSignIn(
                    endpoint(port, security), credential: good, timeout: .milliseconds(300))
            }
            #expect(error == .timedOut(step))
            #expect(error?.disposition == .retryLater)
        }
    }

    @Test("a server that closes early is a lost connection, and the error says where")
    func closesEarly() async throws {
        let atGreeting = try ScriptedSMTPServer { _ in }
        let atHello = try ScriptedSMTPServer { connection in
            connection.say("220 mail.test")
            connection.hear()
        }
        let atSignIn = try ScriptedSMTPServer { connection in
            connection.greet()
            connection.hear()
        }
        for (server, step) in [(atGreeting, SMTPStep.greeting), (atHello, .hello), (atSignIn, .signIn)] {
            await #expect(throws: TransferError.connectionLost(step)) {
                try await engine.checkSMTPSignIn(endpoint(server.port), credential: good)
            }
        }
    }

    @Test("a closed port is told from a server that can't be reached")
    func closedPort() async throws {
        let port = try ScriptedSMTPServer.closedPort()
        await #expect(throws: TransferError.connect(.refused)) {
            try await engine.checkSMTPSignIn(endpoint(port), credential: good)
        }
    }

    @Test(
        "a server that speaks something else is told so",
        arguments: ["* OK IMAP4rev1 ready", "HTTP/1.1 400 Bad Request"])
    func otherProtocol(greeting: String) async throws {
        let server = try ScriptedSMTPServer { connection in
            connection.say(greeting)
            connection.hang()
        }
        await #expect(throws: TransferError.notSMTP(.greeting)) {
            try await engine.checkSMTPSignIn(endpoint(server.port), credential: good)
        }
        await #expect(throws: TransferError.handshake) {
            try await engine.checkSMTPSignIn(endpoint(server.port, .tls), credential: good)
        }
    }

    /// Fails (by the time limit) when the socket is not shut for reading: libcurl's QUIT then waits for its answer on
    /// the engine's thread, and every other transfer with it.
    @Test("a server that never answers QUIT holds up nothing")
    func unansweredQuit() async throws {
        let release = DispatchSemaphore(value: 0)
        defer { release.signal() }
        let rude = try ScriptedSMTPServer { connection in
            connection.greet()
            connection.hearSignIn { _ in "235 ok" }
            connection.hear()
            connection.say("250 ok")
            connection.hear()
            release.wait()
        }
        _ = try await engine.checkSMTPSignIn(endpoint(rude.port), credential: good)
        let other = try Self.passwordServer()
        _ = try await engine.checkSMTPSignIn(endpoint(other.port), credential: good)
        #expect(rude.lines.last == "QUIT")
    }

    @Test("a cancelled task lets go of the connection")
    func cancelled() async throws {
        let (connected, connect) = AsyncStream<Void>.makeStream()
        let (closed, close) = AsyncStream<Void>.makeStream()
        let server = try ScriptedSMTPServer { connection in
            connect.yield()
            connection.hang()
            close.yield()
        }
        let task = Task { [engine, good] in
            try await engine.checkSMTPSignIn(endpoint(server.port), credential: good)
        }
        for await _ in connected { break }
        task.cancel()
        await #expect(throws: TransferError.cancelled) { try await task.value }
        for await _ in closed { break }
    }

    @Test("a task that is cancelled already does not begin")
    func cancelledBefore() async throws {
        let server = try Self.passwordServer()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let task = Task { [engine, good] in
            for await _ in gate { break }
            return try await engine.checkSMTPSignIn(endpoint(server.port), credential: good)
        }
        task.cancel()
        open.finish()
        await #expect(throws: TransferError.cancelled) { try await task.value }
    }

    @Test("shutting down ends what runs and what waits, and refuses what comes")
    func shutdown() async throws {
        let (connected, connect) = AsyncStream<Void>.makeStream()
        let server = try ScriptedSMTPServer { connection in
            connect.yield()
            connection.hang()
        }
        let narrow = TransferEngine(maximumActive: 1, maximumWaiting: 1)
        let running = Task { [good] in
            try await narrow.checkSMTPSignIn(endpoint(server.port), credential: good)
        }
        for await _ in connected { break }
        // Given one that runs; a second waits or comes late, either way it does not run.
        let waiting = Task { [good] in
            try await narrow.checkSMTPSignIn(endpoint(server.port), credential: good)
        }
        await narrow.shutdown()
        await #expect(throws: TransferError.stopped) { try await running.value }
        await #expect(throws: TransferError.stopped) { try await waiting.value }
        await #expect(throws: TransferError.stopped) {
            try await narrow.checkSMTPSignIn(endpoint(server.port), credential: good)
        }
        await narrow.shutdown()
    }

    @Test("beyond the places a transfer waits, and its deadline counts there too")
    func waiting() async throws {
        let (connected, connect) = AsyncStream<Void>.makeStream()
        let server = try ScriptedSMTPServer { connection in
            connect.yield()
            connection.hang()
        }
        let narrow = TransferEngine(maximumActive: 1, maximumWaiting: 1)
        let first = Task { [good] in
            try await narrow.checkSMTPSignIn(endpoint(server.port), credential: good)
        }
        for await _ in connected { break }
        await #expect(throws: TransferError.timedOut(.waiting)) {
            try await narrow.checkSMTPSignIn(
                endpoint(server.port), credential: good, timeout: .milliseconds(50))
        }
        first.cancel()
        await #expect(throws: TransferError.cancelled) { try await first.value }
        // The place is free again.
        let other = try Self.passwordServer()
        _ = try await narrow.checkSMTPSignIn(endpoint(other.port), credential: good)
        await narrow.shutdown()
    }

    @Test("many sign-ins share the engine's thread")
    func many() async throws {
        let server = try Self.passwordServer()
        let narrow = TransferEngine(maximumActive: 8)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<60 {
                group.addTask { [good] in
                    let credential = index % 3 == 0 ? .password(username: "user", password: "wrong") : good
                    do throws(TransferError) {
                        _ = try await narrow.checkSMTPSignIn(endpoint(server.port), credential: credential)
                        return index % 3 != 0
                    } catch {
                        return error == .signInRefused(SMTPReply(code: 535, enhancedStatus: "5.7.8")) && index % 3 == 0
                    }
                }
            }
            for try await right in group { #expect(right) }
        }
        await narrow.shutdown()
    }

    @Test(
        "what is not a name, an address or a credential never reaches libcurl",
        arguments: [
            (
                SMTPEndpoint(serverName: "a@b", ip: "127.0.0.1", port: 25, security: .none),
                TransferError.RequestFault.serverName
            ),
            (SMTPEndpoint(serverName: "a/b", ip: "127.0.0.1", port: 25, security: .none), .serverName),
            (SMTPEndpoint(serverName: "a b\r\nRSET", ip: "127.0.0.1", port: 25, security: .none), .serverName),
            (SMTPEndpoint(serverName: "", ip: "127.0.0.1", port: 25, security: .none), .serverName),
            (SMTPEndpoint(serverName: "mail.test", ip: "localhost", port: 25, security: .none), .address),
            (SMTPEndpoint(serverName: "mail.test", ip: "127.1", port: 25, security: .none), .address),
        ])
    func invalidEndpoint(endpoint: SMTPEndpoint, fault: TransferError.RequestFault) async {
        await #expect(throws: TransferError.invalidRequest(fault)) {
            try await engine.checkSMTPSignIn(endpoint, credential: good)
        }
    }

    @Test(
        "a credential with a line end, a NUL or nothing in it is refused", arguments: ["", "a\r\nb", "a\0b", "a\u{1}b"])
    func invalidCredential(text: String) async {
        for credential in [
            SMTPCredential.password(username: text, password: "x"), .password(username: "x", password: text),
            .xoauth2(username: text, accessToken: "x"), .xoauth2(username: "x", accessToken: text),
        ] {
            await #expect(throws: TransferError.invalidRequest(.credential)) {
                try await engine.checkSMTPSignIn(endpoint(25), credential: credential)
            }
        }
    }

    @Test("a credential prints as its kind alone")
    func redacted() {
        struct Holder { let credential: SMTPCredential }
        let holder = Holder(credential: .xoauth2(username: "somebody", accessToken: "hunter2"))
        var dumped = ""
        dump(holder, to: &dumped)
        for text in ["\(holder)", String(reflecting: holder), dumped] {
            #expect(!text.contains("hunter2") && !text.contains("somebody"))
        }
    }

    /// Fails when the socket callback opens whatever libcurl asks for.
    @Test("no socket is opened to another address than the judged one")
    func otherAddress() throws {
        let peer = try #require(PeerAddress("127.0.0.2"))
        let listener = SMTPListener(dialogue: SMTPDialogue(demandsStartTLS: false, mechanisms: []), peer: peer)
        var target = curl_sockaddr()
        target.family = AF_INET
        target.socktype = Int32(SOCK_STREAM.rawValue)
        target.addrlen = UInt32(MemoryLayout<sockaddr_in>.size)
        func point(at address: UInt32) {
            var four = sockaddr_in()
            four.sin_family = sa_family_t(AF_INET)
            four.sin_addr.s_addr = address.bigEndian
            withUnsafeBytes(of: four) { from in
                withUnsafeMutableBytes(of: &target.addr) { $0.copyMemory(from: from) }
            }
        }
        point(at: 0x7f00_0001)
        #expect(listener.openSocket(to: &target) == -1)
        point(at: 0x7f00_0002)
        let socket = listener.openSocket(to: &target)
        #expect(socket >= 0)
        close(socket)
    }
}
