import IMAP
import IMAPCore
import Metrics
import NIOCore
import Telemetry
import Testing

@Suite("Connections, counted by state")
struct MetricsTests {
    private let registry = MetricRegistry()

    private func options() -> IMAPConnectionOptions {
        var options = Setup.options()
        options.metrics = withMetricsFactory(registry) { IMAPMetrics() }
        return options
    }

    /// Open connections: connecting, greeted, signed in.
    private func counts() async -> [String] {
        let lines = await registry.exposition().split(separator: "\n").map(String.init)
        return ["connecting", "greeted", "signed_in"].map { state in
            let series = "postrider_imap_connections{state=\"\(state)\"} "
            return lines.first { $0.hasPrefix(series) }.map { String($0.dropFirst(series.count)) } ?? "none"
        }
    }

    @Test("a connection is greeted, then signed in, and gone when it is closed, however often")
    func lifetime() async throws {
        let server = try await ScriptedServer.start([
            .say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\n"), .hear("AUTHENTICATE PLAIN"),
            .say("$ OK [CAPABILITY IMAP4rev1] in\n"),
        ])
        let connection = try await Setup.connect(server, options: options())
        #expect(await counts() == ["0", "1", "0"])
        try await connection.signIn(Setup.password)
        #expect(await counts() == ["0", "0", "1"])
        await connection.close()
        await connection.close()
        #expect(await counts() == ["0", "0", "0"])
    }

    @Test("a sign-in that is refused leaves the connection greeted")
    func refused() async throws {
        let server = try await ScriptedServer.start([
            .say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\n"), .hear("AUTHENTICATE PLAIN"),
            .say("$ NO [AUTHENTICATIONFAILED] no\n"),
        ])
        let connection = try await Setup.connect(server, options: options())
        #expect(await Setup.error { try await connection.signIn(Setup.password) } != nil)
        #expect(await counts() == ["0", "1", "0"])
    }

    @Test("a connection that is lost counts no more, though it is still held, and an old one's end takes nothing away")
    func lost() async throws {
        let server = try await ScriptedServer.start([
            .say("* PREAUTH [CAPABILITY IMAP4rev1] hi\n"), .hear("LIST"), .hangUp,
        ])
        let connection = try await Setup.connect(server, options: options())
        try await connection.signIn(Setup.password)
        #expect(await counts() == ["0", "0", "1"])
        #expect(await Setup.error { _ = try await connection.listFolders() } != nil)
        #expect(await counts() == ["0", "0", "0"])
        await connection.close()
        #expect(await counts() == ["0", "0", "0"])
    }

    @Test("a connection that never comes about counts no more")
    func refusedGreeting() async throws {
        let server = try await ScriptedServer.start([.say("* BYE busy\n")])
        #expect(await Setup.error { _ = try await Setup.connect(server, options: options()) } != nil)
        #expect(await counts() == ["0", "0", "0"])
    }
}
