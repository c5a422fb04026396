import Failure
import Foundation
import IMAP
import IMAPCore
import MailModel
import NIOCore
import NIOPosix
import Testing

@Suite("Connecting")
struct ConnectTests {
    @Test("reads the greeting and learns the capabilities, asking only where they were not said")
    func greeting() async throws {
        let telling = try await ScriptedServer.start([.say("* OK [CAPABILITY IMAP4rev1 IDLE] hi\n")])
        #expect(try await Setup.connect(telling).capabilities.has("IDLE"))
        #expect(telling.heard.isEmpty)
        let silent = try await ScriptedServer.start([
            .say("* OK hi\n"), .hear("CAPABILITY"), .say("* CAPABILITY IMAP4rev1 MOVE\n$ OK\n"),
        ])
        #expect(try await Setup.connect(silent).capabilities.has("MOVE"))
    }

    @Test("to a port where no one listens says so")
    func refused() async throws {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = server.localAddress?.port ?? 0
        try await server.close()
        let error = await Setup.error {
            let endpoint = try IMAPEndpoint(serverName: "x", ip: "127.0.0.1", port: port, security: .none)
            _ = try await IMAPConnection.connect(
                to: endpoint, options: Setup.options(), on: MultiThreadedEventLoopGroup.singleton)
        }
        #expect(error == .unreachable(.refused))
        #expect(error?.disposition == .retryLater)
    }

    @Test("31: a server that never greets, or never answers, meets a deadline", arguments: [true, false])
    func deadline(greets: Bool) async throws {
        let server = try await ScriptedServer.start(greets ? [.say("* OK hi\n")] : [])
        var options = Setup.options()
        options.commandTimeout = .seconds(2)
        let error = await Setup.error { _ = try await Setup.connect(server, options: options) }
        #expect(error == .deadline(greets ? "CAPABILITY" : "the connection"))
    }

    @Test("a server that hangs up, or says BYE, is told apart")
    func hangUp() async throws {
        let silent = try await ScriptedServer.start([.hangUp])
        #expect(
            await Setup.error { _ = try await Setup.connect(silent) } == .connectionLost(insideReply: false, uid: nil))
        let polite = try await ScriptedServer.start([.say("* BYE busy\n"), .hangUp])
        #expect(await Setup.error { _ = try await Setup.connect(polite) } == .goodbye("busy"))
    }

    @Test("by TLS checks the certificate's name and authority, and says which is wrong")
    func tls() async throws {
        let script: [ScriptedServer.Step] = [.say("* OK [CAPABILITY IMAP4rev1] hi\n")]
        let server = try await ScriptedServer.start(tls: true, script)
        #expect(try await Setup.connect(server, security: .tls).capabilities.has("IMAP4REV1"))
        let wrongName = await Setup.error {
            _ = try await Setup.connect(server, security: .tls, name: "other.example")
        }
        #expect(wrongName == .insecure(.wrongName))
        var options = Setup.options()
        options.trustRoots = .system
        let untrusted = await Setup.error { _ = try await Setup.connect(server, security: .tls, options: options) }
        #expect(untrusted == .insecure(.untrustedCertificate))
        #expect(untrusted?.disposition == .needsUser)
        let byAddress = await Setup.error { _ = try await Setup.connect(server, security: .tls, name: "127.0.0.1") }
        #expect(byAddress == .insecure(.wrongName))
    }

    @Test("by TLS to a server that has none says so")
    func notTLS() async throws {
        let server = try await ScriptedServer.start([.say("* OK hi\n")])
        #expect(await Setup.error { _ = try await Setup.connect(server, security: .tls) } == .insecure(.notTLS))
    }
}

@Suite("STARTTLS")
struct StartTLSTests {
    @Test("is used although it is not advertised, and what was said before it is forgotten")
    func upgrade() async throws {
        let server = try await ScriptedServer.start([
            .say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN X-PLAIN] hi\n"), .hear("STARTTLS"), .say("$ OK go\n"),
            .startTLS, .hear("CAPABILITY"), .say("* CAPABILITY IMAP4rev1 X-SECURE\n$ OK\n"),
        ])
        let connection = try await Setup.connect(server, security: .startTLS)
        #expect(connection.capabilities.has("X-SECURE"))
        #expect(!connection.capabilities.has("X-PLAIN"))
    }

    @Test("aborts where octets stand behind its OK")
    func injection() async throws {
        let server = try await ScriptedServer.start([
            .say("* OK hi\n"), .hear("STARTTLS"), .say("$ OK go\n* CAPABILITY IMAP4rev1 X-INJECTED\n"),
        ])
        let error = await Setup.error { _ = try await Setup.connect(server, security: .startTLS) }
        #expect(error == .insecure(.bytesBeforeTLS))
        #expect(server.heard == ["STARTTLS"])
    }

    @Test("aborts at PREAUTH, before anything is sent")
    func preauth() async throws {
        let server = try await ScriptedServer.start([.say("* PREAUTH hi\n")])
        let error = await Setup.error { _ = try await Setup.connect(server, security: .startTLS) }
        #expect(error == .insecure(.preauthenticatedBeforeTLS))
        #expect(server.heard.isEmpty)
    }

    @Test("aborts where it is refused: no credential goes in plain text")
    func downgrade() async throws {
        let server = try await ScriptedServer.start([
            .say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\n"), .hear("STARTTLS"), .say("$ NO not here\n"),
        ])
        let error = await Setup.error { _ = try await Setup.connect(server, security: .startTLS) }
        #expect(error == .insecure(.startTLSRefused))
        #expect(server.heard == ["STARTTLS"])
    }

    @Test("checks the certificate as implicit TLS does")
    func wrongName() async throws {
        let server = try await ScriptedServer.start([
            .say("* OK hi\n"), .hear("STARTTLS"), .say("$ OK go\n"), .startTLS,
        ])
        let error = await Setup.error { _ = try await Setup.connect(server, security: .startTLS, name: "x.example") }
        #expect(error == .insecure(.wrongName))
    }
}
