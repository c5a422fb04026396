import Failure
import Foundation
import Testing

@testable import Transfer

@Suite(
    "Checking an SMTP sign-in under TLS (needs python3 and openssl)", .timeLimit(.minutes(1)),
    .enabled(if: TLSServer.isAvailable || ProcessInfo.processInfo.environment["CI"] == "true"))
struct SMTPTLSTests {
    private let engine = TransferEngine()
    private let good = SMTPCredential.password(username: "user", password: "secret")

    private func endpoint(
        _ server: TLSServer, _ security: TransferSecurity, name: String = "mail.test"
    ) -> SMTPEndpoint {
        SMTPEndpoint(serverName: name, ip: "127.0.0.1", port: server.port, security: security)
    }

    @Test(
        "a certificate of the configured authority is accepted under either kind of TLS",
        arguments: [("tls", TransferSecurity.tls), ("starttls", .startTLS)])
    func accepted(mode: String, security: TransferSecurity) async throws {
        let server = try await TLSServer.start(mode: mode)
        let facts = try await engine.checkSMTPSignIn(
            endpoint(server, security), credential: good, trustRoots: .file(server.certificate))
        #expect(facts.maximumMessageBytes == 1000)
        #expect(facts.extensions["XPLAIN"] == nil)
        await #expect(throws: TransferError.signInRefused(SMTPReply(code: 535, enhancedStatus: "5.7.8"))) {
            try await engine.checkSMTPSignIn(
                endpoint(server, security), credential: .password(username: "user", password: "wrong"),
                trustRoots: .file(server.certificate))
        }
    }

    /// Fails when CURLOPT_SSL_VERIFYPEER is off.
    @Test(
        "a certificate of no trusted authority is refused, and needs the user",
        arguments: [("tls", TransferSecurity.tls), ("starttls", .startTLS)])
    func untrusted(mode: String, security: TransferSecurity) async throws {
        let server = try await TLSServer.start(mode: mode)
        let error = await #expect(throws: TransferError.self) {
            try await engine.checkSMTPSignIn(endpoint(server, security), credential: good)
        }
        #expect(error == .certificate(.untrusted))
        #expect(error?.disposition == .needsUser)
    }

    /// Fails when CURLOPT_SSL_VERIFYHOST is off, or the name is lost on the way to the judged address.
    @Test(
        "a certificate for another name is refused",
        arguments: [("tls", TransferSecurity.tls), ("starttls", .startTLS)], ["mail.test", "127.0.0.1"])
    func wrongName(mode: (String, TransferSecurity), name: String) async throws {
        let server = try await TLSServer.start(mode: mode.0, name: "other.test")
        await #expect(throws: TransferError.certificate(.wrongName)) {
            try await engine.checkSMTPSignIn(
                endpoint(server, mode.1, name: name), credential: good, trustRoots: .file(server.certificate))
        }
    }

    @Test("replies slipped in before the handshake are not taken for the server's")
    func injected() async throws {
        let server = try await TLSServer.start(mode: "injecting")
        let error = await #expect(throws: TransferError.self) {
            try await engine.checkSMTPSignIn(
                endpoint(server, .startTLS), credential: good, trustRoots: .file(server.certificate))
        }
        #expect(error == .notSMTP(.tls))
    }

    @Test("a server that falls silent after the handshake is told from one that never finishes it")
    func silentAfterHandshake() async throws {
        let server = try await TLSServer.start(mode: "silent")
        await #expect(throws: TransferError.timedOut(.greeting)) {
            try await engine.checkSMTPSignIn(
                endpoint(server, .tls), credential: good, trustRoots: .file(server.certificate),
                timeout: .seconds(3))
        }
    }

    @Test("a file of authorities that is none is the operator's to mend")
    func unreadableRoots() async throws {
        let server = try await TLSServer.start(mode: "tls")
        await #expect(throws: TransferError.trustRootsUnreadable) {
            try await engine.checkSMTPSignIn(
                endpoint(server, .tls), credential: good, trustRoots: .file(server.certificate + ".absent"))
        }
    }
}
