import Foundation
import IMAP
import IMAPCore
import NIOCore
import Testing

@Suite("Signing in")
struct SignInTests {
    private let token = IMAPCredential.oauth2(username: "user", accessToken: "token")
    private static let plain = Data("\0user\0secret".utf8).base64EncodedString()
    private static let xoauth2 = Data("user=user\u{01}auth=Bearer token\u{01}\u{01}".utf8).base64EncodedString()

    private func server(_ capabilities: String, _ steps: [ScriptedServer.Step]) async throws -> ScriptedServer {
        try await ScriptedServer.start([.say("* OK [CAPABILITY IMAP4rev1 \(capabilities)] hi\n")] + steps)
    }

    @Test("by PLAIN sends one line where SASL-IR is offered, and takes the capabilities that come with it")
    func plainAtOnce() async throws {
        let server = try await server(
            "SASL-IR AUTH=PLAIN",
            [
                .hear("AUTHENTICATE PLAIN \(Self.plain)"), .say("$ OK [CAPABILITY IMAP4rev1 X-AFTER] in\n"),
            ])
        let connection = try await Setup.connect(server)
        try await connection.signIn(Setup.password)
        #expect(connection.capabilities.has("X-AFTER"))
        #expect(!connection.capabilities.has("SASL-IR"))
    }

    @Test("by PLAIN waits for + where SASL-IR is not offered, then asks for the capabilities")
    func plainInTwo() async throws {
        let server = try await server(
            "AUTH=PLAIN",
            [
                .hear("AUTHENTICATE PLAIN"), .say("+\n"), .hear(Self.plain), .say("$ OK in\n"), .hear("CAPABILITY"),
                .say("* CAPABILITY IMAP4rev1 X-AFTER\n$ OK\n"),
            ])
        let connection = try await Setup.connect(server)
        try await connection.signIn(Setup.password)
        #expect(connection.capabilities.has("X-AFTER"))
    }

    @Test("goes by LOGIN where PLAIN is not offered, or is not understood", arguments: [false, true])
    func login(offersPlain: Bool) async throws {
        let first: [ScriptedServer.Step] =
            offersPlain ? [.hear("AUTHENTICATE PLAIN"), .say("$ BAD what?\n")] : []
        let server = try await server(
            offersPlain ? "SASL-IR AUTH=PLAIN" : "",
            first + [.hear("LOGIN \"user\" \"secret\""), .say("$ OK [CAPABILITY IMAP4rev1] in\n")])
        try await Setup.connect(server).signIn(Setup.password)
    }

    @Test("sends nothing where LOGIN is forbidden and nothing else is known")
    func disabled() async throws {
        let server = try await server("LOGINDISABLED AUTH=GSSAPI", [])
        let connection = try await Setup.connect(server)
        #expect(await Setup.error { try await connection.signIn(Setup.password) } == .signInRefused(.noCommonMechanism))
        #expect(await Setup.error { try await connection.signIn(token) } == .signInRefused(.noCommonMechanism))
        #expect(server.heard.isEmpty)
    }

    @Test("with a wrong password is refused, once, and leaves the connection usable")
    func wrongPassword() async throws {
        let server = try await server(
            "AUTH=PLAIN SASL-IR",
            [
                .hear("AUTHENTICATE"), .say("$ NO [AUTHENTICATIONFAILED] Wrong\n"), .hear("AUTHENTICATE"),
                .say("$ OK in\n"),
                .hear("CAPABILITY"), .say("$ OK\n"),
            ])
        let connection = try await Setup.connect(server)
        #expect(
            await Setup.error { try await connection.signIn(Setup.password) } == .signInRefused(.credentials("Wrong")))
        try await connection.signIn(Setup.password)
    }

    @Test("by XOAUTH2, with SASL-IR and without")
    func oauth() async throws {
        let direct = try await server(
            "SASL-IR AUTH=XOAUTH2",
            [
                .hear("AUTHENTICATE XOAUTH2 \(Self.xoauth2)"), .say("$ OK [CAPABILITY IMAP4rev1] in\n"),
            ])
        try await Setup.connect(direct).signIn(token)
        let stepwise = try await server(
            "AUTH=XOAUTH2",
            [
                .hear("AUTHENTICATE XOAUTH2"), .say("+ \n"), .hear(Self.xoauth2),
                .say("$ OK [CAPABILITY IMAP4rev1] in\n"),
            ])
        try await Setup.connect(stepwise).signIn(token)
    }

    @Test("by XOAUTH2 with a stale token answers the server's challenge, and is told why")
    func staleToken() async throws {
        let server = try await server(
            "SASL-IR AUTH=XOAUTH2",
            [
                .hear("AUTHENTICATE XOAUTH2"), .say("+ eyJzdGF0dXMiOiI0MDEifQ==\n"), .hear(""),
                .say("A1 NO [AUTHENTICATIONFAILED] Invalid credentials\n"),
            ])
        let connection = try await Setup.connect(server)
        let error = await Setup.error { try await connection.signIn(token) }
        #expect(error == .signInRefused(.credentials("Invalid credentials")))
    }

    @Test("by OAUTHBEARER rather than XOAUTH2 where both are offered, and by XOAUTH2 where it is not understood")
    func oauthBearer() async throws {
        let server = try await server(
            "SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER",
            [
                .hear("AUTHENTICATE OAUTHBEARER "), .say("$ BAD what?\n"),
                .hear("AUTHENTICATE XOAUTH2 \(Self.xoauth2)"), .say("$ OK [CAPABILITY IMAP4rev1] in\n"),
            ])
        try await Setup.connect(server).signIn(token)
        let sent = try #require(server.heard.first?.split(separator: " ").last)
        #expect(
            Data(base64Encoded: String(sent))
                == Data(
                    "n,a=user,\u{01}host=mail.example\u{01}port=\(server.port)\u{01}auth=Bearer token\u{01}\u{01}".utf8)
        )
    }

    @Test("by OAUTHBEARER with a stale token is refused once, and not tried by XOAUTH2")
    func staleBearer() async throws {
        let server = try await server(
            "SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER",
            [
                .hear("AUTHENTICATE OAUTHBEARER"), .say("+ eyJzdGF0dXMiOiI0MDEifQ==\n"), .hear("AQ=="),
                .say("A1 NO [AUTHENTICATIONFAILED] Invalid credentials\n"),
            ])
        let connection = try await Setup.connect(server)
        let error = await Setup.error { try await connection.signIn(token) }
        #expect(error == .signInRefused(.credentials("Invalid credentials")))
        #expect(server.heard.count == 2)
    }

    @Test(
        "goes on to PLAIN where SCRAM is not understood, or is refused without a word on the credentials",
        arguments: ["$ BAD what?", "$ NO not for you", "$ NO [CANNOT] not for you"])
    func scramUnusable(answer: String) async throws {
        let server = try await server(
            "SASL-IR AUTH=PLAIN AUTH=SCRAM-SHA-256",
            [
                .hear("AUTHENTICATE SCRAM-SHA-256 biwsbj11c2VyL"), .say("\(answer)\n"),
                .hear("AUTHENTICATE PLAIN \(Self.plain)"), .say("$ OK [CAPABILITY IMAP4rev1] in\n"),
            ])
        try await Setup.connect(server).signIn(Setup.password)
    }

    @Test("by SCRAM with a wrong password is refused once, and the password isn't sent after it")
    func scramRefused() async throws {
        let server = try await server(
            "SASL-IR AUTH=PLAIN AUTH=SCRAM-SHA-256",
            [.hear("AUTHENTICATE SCRAM-SHA-256"), .say("$ NO [AUTHENTICATIONFAILED] Wrong\n")])
        let connection = try await Setup.connect(server)
        #expect(
            await Setup.error { try await connection.signIn(Setup.password) } == .signInRefused(.credentials("Wrong")))
        #expect(server.heard.count == 1)
    }

    @Test(
        "by SCRAM a server that proves nothing is left, whatever it says",
        arguments: ["", "+ cj1vdGhlcixzPVcyMlosaT0x\n"])
    func scramUnproven(challenge: String) async throws {
        let stopped: [ScriptedServer.Step] = challenge.isEmpty ? [] : [.say(challenge), .hear("*")]
        let server = try await server(
            "SASL-IR AUTH=PLAIN AUTH=SCRAM-SHA-256",
            [.hear("AUTHENTICATE SCRAM-SHA-256")] + stopped + [.say("A1 OK [CAPABILITY IMAP4rev1] in\n")])
        let connection = try await Setup.connect(server)
        #expect(await Setup.error { try await connection.signIn(Setup.password) } == .signInRefused(.serverUnproven))
        #expect(await Setup.error { try await connection.noop() } == .unusable("it is closed"))
    }

    @Test("25: too many connections are no refused sign-in")
    func tooMany() async throws {
        let server = try await server(
            "",
            [
                .hear("LOGIN"), .say("* BYE [ALERT] Too many simultaneous connections. (Failure)\n"), .hangUp,
            ])
        let connection = try await Setup.connect(server)
        guard case .throttled(let throttle)? = await Setup.error(of: { try await connection.signIn(Setup.password) })
        else {
            Issue.record("not throttled")
            return
        }
        #expect(throttle.reason == .tooManyConnections)
    }

    @Test("9: extensions count as enabled where the server only says OK")
    func enable() async throws {
        let server = try await ScriptedServer.start([
            .say("* PREAUTH [CAPABILITY IMAP4rev1 ENABLE ID] hi\n"), .hear("ENABLE CONDSTORE"), .say("$ OK\n"),
            .hear("ENABLE QRESYNC"), .say("* ENABLED CONDSTORE\n$ OK\n"), .hear("ID (\"name\" \"postrider\")"),
            .say("* ID (\"Name\" \"Test\")\n$ OK\n"),
        ])
        let connection = try await Setup.connect(server)
        #expect(try await connection.enable(["CONDSTORE"]) == ["CONDSTORE"])
        #expect(try await connection.enable(["QRESYNC"]) == ["CONDSTORE"])
        #expect(try await connection.identify() == ["name": "Test"])
    }
}
