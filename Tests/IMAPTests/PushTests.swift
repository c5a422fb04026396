import IMAP
import IMAPCore
import MailModel
import NIOCore
import Testing

@Suite("Waiting for news", .timeLimit(.minutes(2)))
struct PushTests {
    private static let sent = FolderPath(raw: Array("Sent".utf8), delimiter: nil)
    private static let scope = PushScope(folders: [Setup.inbox, sent])

    private static func options(_ change: (inout IMAPConnectionOptions) -> Void) -> IMAPConnectionOptions {
        var options = Setup.options()
        change(&options)
        return options
    }

    @Test("ends IDLE at the first news, and the connection serves again")
    func news() async throws {
        let (server, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 IDLE",
            [
                .hear("IDLE"), .say("+ idling\n* 4 EXISTS\n* 1 RECENT\n"), .hear("DONE"),
                .say("* 2 EXPUNGE\n$ OK done\n"), .hear("NOOP"), .say("$ OK\n"),
            ])
        guard case .news(let news) = try await connection.waitForNews(for: .seconds(60)) else {
            Issue.record("no news")
            return
        }
        #expect(Set(news) == [.exists(Setup.inbox, 4), .expunged(Setup.inbox)])
        try await connection.noop()
        #expect(server.heard.suffix(3) == ["IDLE", "DONE", "NOOP"])
    }

    @Test("a number of messages that was known is no news, and the time given ends the wait")
    func elapsed() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 IDLE",
            [
                .hear("IDLE"), .say("+\n* 3 EXISTS\n* OK Still here\n"), .hear("DONE"), .say("$ OK\n"),
                .hear("NOOP"), .say("$ OK\n"),
            ])
        #expect(try await connection.waitForNews(for: .milliseconds(100)) == .elapsed)
        try await connection.noop()
    }

    @Test("is interrupted by any task, while it runs or before it begins, and no longer than that")
    func interruption() async throws {
        let (server, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 IDLE",
            [
                .hear("IDLE"), .say("+\n"), .hear("DONE"), .say("$ OK\n"), .hear("NOOP"), .say("$ OK\n"),
                .hear("IDLE"), .say("+\n* 4 EXISTS\n"), .hear("DONE"), .say("$ OK\n"),
            ])
        async let wait = connection.waitForNews(for: .seconds(60))
        try await server.hears("IDLE")
        connection.interruptWait()
        #expect(try await wait == .interrupted)
        connection.interruptWait()
        #expect(try await connection.waitForNews(for: .seconds(60)) == .interrupted)
        try await connection.noop()
        #expect(try await connection.waitForNews(for: .seconds(60)) == .news([.exists(Setup.inbox, 4)]))
    }

    @Test("an interruption does not end a command")
    func interruptedCommand() async throws {
        let (server, connection) = try await Setup.opened([.hear("NOOP"), .hear("LOGOUT")])
        let answer = Task { try await connection.noop() }
        try await server.hears("NOOP")
        connection.interruptWait()
        await connection.close()
        #expect(await Setup.error { try await answer.value } == .connectionLost(insideReply: false, uid: nil))
    }

    @Test("what came while other commands were under way ends the wait before it begins")
    func before() async throws {
        let (server, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 IDLE",
            [.hear("NOOP"), .say("* 7 EXISTS\n* 1 FETCH (UID 5 FLAGS (\\Seen))\n* LIST () \"/\" New\n$ OK\n")])
        try await connection.noop()
        let expected: Set<FolderNews> = [
            .exists(Setup.inbox, 7), .changed(Setup.inbox, Setup.uids(5...5)), .foldersChanged,
        ]
        guard case .news(let news) = try await connection.waitForNews(for: .seconds(60)) else {
            Issue.record("no news")
            return
        }
        #expect(Set(news) == expected)
        #expect(try connection.takeNews().isEmpty)
        #expect(!server.heard.contains("IDLE"))
    }

    @Test("29: says something before the server loses patience, and goes on waiting")
    func renewal() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 IDLE", options: Self.options { $0.idleRenewal = .milliseconds(50) },
            [
                .hear("IDLE"), .say("+\n"), .hear("DONE"), .say("$ OK\n"),
                .hear("IDLE"), .say("+\n* 9 EXISTS\n"), .hear("DONE"), .say("$ OK\n"),
            ])
        #expect(try await connection.waitForNews(for: .seconds(60)) == .news([.exists(Setup.inbox, 9)]))
    }

    @Test("30: idles again where the server ended it, and asks by NOOP where it will not stay in it")
    func endsByItself() async throws {
        let ends = (0..<3).flatMap { _ in [ScriptedServer.Step.hear("IDLE"), .say("+\n$ OK timed out\n")] }
        let (server, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 IDLE", options: Self.options { $0.pollInterval = .milliseconds(50) },
            ends + [.hear("NOOP"), .say("$ OK\n"), .hear("NOOP"), .say("* 4 EXISTS\n$ OK\n")])
        #expect(try await connection.waitForNews(for: .seconds(60)) == .news([.exists(Setup.inbox, 4)]))
        #expect(server.heard.suffix(5) == ["IDLE", "IDLE", "IDLE", "NOOP", "NOOP"])
    }

    @Test("asks by NOOP where IDLE is refused or not offered", arguments: [true, false])
    func polling(offered: Bool) async throws {
        let refusal: [ScriptedServer.Step] = offered ? [.hear("IDLE"), .say("$ BAD what?\n")] : []
        let (_, connection) = try await Setup.opened(
            capabilities: offered ? "IMAP4rev1 IDLE" : "IMAP4rev1",
            options: Self.options { $0.pollInterval = .milliseconds(50) },
            refusal + [.hear("NOOP"), .say("* 4 EXISTS\n$ OK\n")])
        #expect(try await connection.waitForNews(for: .seconds(60)) == .news([.exists(Setup.inbox, 4)]))
        let standing = try await connection.push(Self.scope)
        #expect(standing.means == .polling)
        #expect(standing.opened == nil)
    }

    @Test("30: a server that never says + is left without it once it has had its time")
    func missingConsent() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 IDLE", options: Self.options { $0.idleConsentTimeout = .milliseconds(50) },
            [.hear("IDLE"), .say("* 4 EXISTS\n"), .hear("DONE"), .say("$ OK\n")])
        #expect(try await connection.waitForNews(for: .seconds(60)) == .news([.exists(Setup.inbox, 4)]))
    }

    @Test("31: a DONE that is never answered has a deadline, and ends the connection")
    func unansweredDone() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 IDLE", options: Self.options { $0.commandTimeout = .milliseconds(200) },
            [.hear("IDLE"), .say("+\n* 4 EXISTS\n"), .hear("DONE"), .hear("never")])
        #expect(await Setup.error { _ = try await connection.waitForNews(for: .seconds(60)) } == .deadline("IDLE"))
        #expect(await Setup.error { try await connection.noop() } == .unusable("it is closed"))
    }

    @Test("31: a command's deadline holds after a wait with a later one, and a wait outlives a command's")
    func deadlines() async throws {
        let (server, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 NOTIFY", options: Self.options { $0.commandTimeout = .milliseconds(200) },
            [.hear("NOTIFY"), .say("$ OK\n"), .hear("NOOP"), .hear("never")])
        _ = try await connection.push(Self.scope)
        #expect(try await connection.waitForNews(for: .milliseconds(500)) == .elapsed)
        let wait = Task { try await connection.waitForNews(for: .seconds(3_600)) }
        connection.interruptWait()
        #expect(try await wait.value == .interrupted)
        #expect(await Setup.error { try await connection.noop() } == .deadline("NOOP"))
        #expect(server.heard.last == "NOOP")
    }

    @Test("learns at once of a connection that ends")
    func lost() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 IDLE", [.hear("IDLE"), .say("+\n"), .hangUp])
        #expect(
            await Setup.error { _ = try await connection.waitForNews(for: .seconds(60)) }
                == .connectionLost(insideReply: false, uid: nil))
    }

    @Test("a task that is cancelled ends the connection")
    func cancellation() async throws {
        let (server, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 IDLE", [.hear("IDLE"), .say("+\n"), .hear("DONE")])
        let wait = Task { try await connection.waitForNews(for: .seconds(60)) }
        try await server.hears("IDLE")
        wait.cancel()
        #expect(await Setup.error { _ = try await wait.value } == .cancelled)
    }

    // MARK: - NOTIFY

    @Test("by NOTIFY hears of all folders with no command under way, and of where they stood as it began")
    func notify() async throws {
        let (server, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 IDLE NOTIFY",
            [
                .hear(
                    "NOTIFY SET STATUS (SELECTED (MessageNew MessageExpunge FlagChange)) (MAILBOXES (\"INBOX\" \"Sent\")"
                ),
                .say("* STATUS \"Sent\" (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3)\n$ OK\n"),
                .hear("NOOP"), .say("$ OK\n* STATUS Sent (MESSAGES 2 UIDNEXT 3 UIDVALIDITY 3)\n"),
            ])
        let standing = try await connection.push(Self.scope)
        #expect(standing.means == .notify)
        #expect(standing.opened == nil)
        #expect(standing.statuses[Self.sent]?.uidNext == 2)
        #expect(try await connection.push(Self.scope).means == .notify)
        try await connection.noop()
        guard case .news(let news) = try await connection.waitForNews(for: .seconds(60)),
            case .status(let path, let status)? = news.first
        else {
            Issue.record("no status")
            return
        }
        #expect(path == Self.sent)
        #expect(status.messages == 2)
        #expect(server.heard.count == 3)
    }

    @Test("a status that says what was known is no news")
    func knownStatus() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 NOTIFY",
            [
                .hear("NOTIFY SET"), .say("* STATUS Sent (MESSAGES 1 UIDNEXT 2)\n$ OK\n* STATUS Sent (UIDNEXT 2)\n"),
                .hear("STATUS \"Sent\""), .say("* STATUS Sent (MESSAGES 2)\n$ OK\n* STATUS Sent (MESSAGES 2)\n"),
                .say("* STATUS Sent (MESSAGES 3)\n"),
            ])
        _ = try await connection.push(Self.scope)
        _ = try await connection.status(of: [Self.sent], items: [.messages])
        guard case .news(let news) = try await connection.waitForNews(for: .seconds(60)),
            case .status(_, let status)? = news.first
        else {
            Issue.record("no status")
            return
        }
        #expect(status.messages == 3)
    }

    @Test("tries less where NOTIFY is refused, and idles in the first folder where all of it is")
    func notifyRefused() async throws {
        let server = try await ScriptedServer.start([
            .say("* PREAUTH [CAPABILITY IMAP4rev1 IDLE NOTIFY] hi\n"),
            .hear("NOTIFY SET"), .say("$ NO [BADEVENT (MailboxName)] no\n"),
            .hear("NOTIFY SET"), .say("$ NO [BADEVENT (FlagChange)] no\n"),
            .hear("NOTIFY SET"), .say("$ BAD no\n"),
            .hear("EXAMINE \"INBOX\""), .say("* 3 EXISTS\n* OK [UIDVALIDITY 7]\n* OK [UIDNEXT 9]\n$ OK\n"),
        ])
        let connection = try await Setup.connect(server)
        let standing = try await connection.push(Self.scope)
        #expect(standing.means == .idle)
        #expect(standing.opened?.uidNext == 9)
        #expect(try await connection.push(Self.scope).opened == nil)
    }

    @Test("falls back to IDLE when NOTIFY gives up for want of room")
    func overflow() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 IDLE NOTIFY",
            [
                .hear("NOTIFY SET"), .say("$ OK\n* OK [NOTIFICATIONOVERFLOW] too much\n"),
                .hear("IDLE"), .say("+\n* 8 EXISTS\n"), .hear("DONE"), .say("$ OK\n"),
            ])
        _ = try await connection.push(Self.scope)
        #expect(try await connection.waitForNews(for: .seconds(60)) == .news([.overflow]))
        #expect(try await connection.push(Self.scope).means == .idle)
        #expect(try await connection.waitForNews(for: .seconds(60)) == .news([.exists(Setup.inbox, 8)]))
    }

    @Test("under NOTIFY asks by NOOP whether the server is still there")
    func notifyRenewal() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 NOTIFY", options: Self.options { $0.idleRenewal = .milliseconds(50) },
            [.hear("NOTIFY SET"), .say("$ OK\n"), .hear("NOOP"), .say("* 4 EXISTS\n$ OK\n")])
        _ = try await connection.push(Self.scope)
        #expect(try await connection.waitForNews(for: .seconds(60)) == .news([.exists(Setup.inbox, 4)]))
    }
}
