import Foundation
import IMAP
import IMAPCore
import MailModel
import NIOPosix
import Testing

@Suite(
    "Changes, told by Dovecot", .timeLimit(.minutes(2)),
    .enabled(if: Dovecot.shared != nil || Dovecot.mustRun, "POSTRIDER_TEST_DOVECOT is not set"))
struct DovecotPushTests {
    private static let sent = FolderPath(raw: Array("Sent".utf8), delimiter: nil)

    private static func message(_ text: String) -> Data {
        Data("From: a@test.example\r\nSubject: \(text)\r\nMessage-ID: <\(text)@test.example>\r\n\r\n\(text)\r\n".utf8)
    }

    private func changes(
        _ batches: FetchedBatches<FolderChange>
    ) async throws -> (flags: [UInt32: [Flag]], vanished: UIDSet) {
        var flags: [UInt32: [Flag]] = [:]
        var vanished = UIDSet()
        for try await batch in batches {
            for change in batch {
                switch change {
                case .attributes(let attributes):
                    flags[attributes.uid.rawValue] = attributes.flags?.filter { $0 != .recent }
                case .vanished(let uids): vanished = vanished.union(uids)
                }
            }
        }
        return (flags, vanished)
    }

    @Test(
        "new mail is heard while idling, and fetched on the same connection",
        arguments: [IMAPEndpoint.Security.none, .tls])
    func idle(security: IMAPEndpoint.Security) async throws {
        let mailbox = try Dovecot.Mailbox([Self.message("one")])
        defer { mailbox.remove() }
        let connection = try await mailbox.connect(security)
        // Without NOTIFY: what most servers have.
        _ = try await connection.examine(Setup.inbox)
        async let wait = connection.waitForNews(for: .seconds(60))
        try mailbox.deliver(Self.message("two"))
        guard case .news(let news) = try await wait else {
            Issue.record("no news")
            return
        }
        #expect(news.contains(.exists(Setup.inbox, 2)))
        var bodies: [[UInt8]] = []
        for try await batch in try connection.fetchMessages(Setup.uids(2...2)) {
            for message in batch { bodies.append(try #require(try message.raw?.bytes)) }
        }
        #expect(bodies == [Array(Self.message("two"))])
        #expect(try await connection.waitForNews(for: .milliseconds(50)) == .elapsed)
        await connection.logout()
    }

    @Test("a wait is interrupted, and commands follow at once")
    func interruption() async throws {
        let mailbox = try Dovecot.Mailbox([Self.message("one")])
        defer { mailbox.remove() }
        let connection = try await mailbox.connect()
        _ = try await connection.examine(Setup.inbox)
        for _ in 0..<20 {
            async let wait = connection.waitForNews(for: .seconds(60))
            connection.interruptWait()
            #expect(try await wait == .interrupted)
            #expect(try await connection.uidSearch(.all).count == 1)
        }
        await connection.logout()
    }

    /// Whether it is told within some waits: Dovecot also tells of the folders that it makes by itself.
    private func isTold(_ connection: IMAPConnection, _ matches: (FolderNews) -> Bool) async throws -> Bool {
        for _ in 0..<10 {
            guard case .news(let news) = try await connection.waitForNews(for: .seconds(20)) else { return false }
            if news.contains(where: matches) { return true }
        }
        return false
    }

    @Test("by NOTIFY mail in a folder that is not open is heard, with no command under way")
    func notify() async throws {
        let mailbox = try Dovecot.Mailbox([Self.message("one")])
        defer { mailbox.remove() }
        try mailbox.make(folder: "Sent")
        let connection = try await mailbox.connect()
        try #require(connection.capabilities.hasNotify)
        _ = try await connection.examine(Setup.inbox)
        let standing = try await connection.push(PushScope(folders: [Setup.inbox, Self.sent]))
        #expect(standing.means == .notify)
        #expect(standing.statuses[Self.sent]?.messages == 0)
        // Of the open folder Dovecot tells nothing by NOTIFY.
        try await connection.unselect()
        for (folder, name, count) in [(Self.sent, "Sent", UInt32(1)), (Setup.inbox, "INBOX", 2)] {
            try await mailbox.append(Self.message("to \(name)"), to: name)
            #expect(
                try await isTold(connection) { news in
                    if case .status(folder, let status) = news { status.messages == count } else { false }
                })
        }
        await connection.logout()
    }

    @Test("by QRESYNC flags and removals since a mod-sequence are told in one command")
    func qresync() async throws {
        let mailbox = try Dovecot.Mailbox((1...9).map { Self.message("m\($0)") })
        defer { mailbox.remove() }
        let connection = try await mailbox.connect()
        _ = try await connection.enable(["QRESYNC"])
        try #require(connection.isEnabled("QRESYNC"))
        let opened = try await connection.examine(Setup.inbox)
        let since = try #require(opened.highestModSequence)
        #expect(try await changes(connection.fetchChanges(Setup.uids(1...9), since: since)).flags.isEmpty)
        try mailbox.change(2, flags: "FS")
        try mailbox.change(4, flags: nil)
        try mailbox.change(5, flags: nil)
        // The server looks at the folder again when it is opened.
        let reopened = try await connection.examine(Setup.inbox)
        #expect(try #require(reopened.highestModSequence) > since)
        let (flags, vanished) = try await changes(connection.fetchChanges(Setup.uids(1...9), since: since))
        #expect(flags.mapValues { Set($0) } == [3: [.seen, .flagged]])
        #expect(vanished.description == "5:6")
        await connection.logout()
    }

    @Test("by CONDSTORE alone changed flags are told")
    func condstore() async throws {
        let mailbox = try Dovecot.Mailbox((1...3).map { Self.message("m\($0)") })
        defer { mailbox.remove() }
        let connection = try await mailbox.connect()
        let since = try #require(try await connection.examine(Setup.inbox).highestModSequence)
        try mailbox.change(0, flags: "F")
        try mailbox.change(1, flags: nil)
        _ = try await connection.examine(Setup.inbox)
        let (flags, vanished) = try await changes(connection.fetchChanges(Setup.uids(1...3), since: since))
        #expect(flags == [1: [.flagged]])
        #expect(vanished.isEmpty)
        #expect(
            try await connection.uidSearch(.changedSince(ModSequence(rawValue: since.rawValue + 1))).description == "1")
        await connection.logout()
    }

    @Test("a survey sees at once what was delivered, also into the open folder")
    func survey() async throws {
        let mailbox = try Dovecot.Mailbox([Self.message("one")])
        defer { mailbox.remove() }
        try mailbox.make(folder: "Sent")
        let connection = try await mailbox.connect()
        _ = try await connection.examine(Setup.inbox)
        for count in UInt32(2)...4 {
            try mailbox.deliver(Self.message("m\(count)"))
            try mailbox.deliver(Self.message("s\(count)"), to: "Sent")
            let survey = try await connection.survey(
                list: true, status: [Setup.inbox, Self.sent], items: StatusItem.allCases)
            #expect(try survey.statuses[Setup.inbox]?.get().messages == count)
            #expect(try survey.statuses[Self.sent]?.get().messages == count - 1)
            #expect(survey.folders?.contains { $0.role == .sent } == true)
        }
        await connection.logout()
    }

    @Test("SCRAM-SHA-256 signs in with the right password, and is refused with another")
    func scram() async throws {
        let mailbox = try Dovecot.Mailbox([])
        defer { mailbox.remove() }
        func greeted() async throws -> IMAPConnection {
            try await IMAPConnection.connect(
                to: IMAPEndpoint(
                    serverName: "localhost", ip: "127.0.0.1", port: mailbox.server.plain_port, security: .none),
                options: IMAPConnectionOptions(), on: MultiThreadedEventLoopGroup.singleton)
        }
        let connection = try await greeted()
        try #require(connection.capabilities.has("AUTH=SCRAM-SHA-256"))
        try await connection.signIn(.password(username: mailbox.user, password: mailbox.server.password))
        #expect(try await connection.listFolders().contains { $0.role == .inbox })
        await connection.logout()
        let other = try await greeted()
        let error = await Setup.error {
            try await other.signIn(.password(username: mailbox.user, password: "not this"))
        }
        guard case .signInRefused(.credentials)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await other.close()
    }

    @Test("compressed, messages are the same octet for octet", arguments: [IMAPEndpoint.Security.none, .tls])
    func compression(security: IMAPEndpoint.Security) async throws {
        let sent = (1...60).map { Self.message(String(repeating: "m\($0) ", count: $0 * 400)) }
        let mailbox = try Dovecot.Mailbox(sent)
        defer { mailbox.remove() }
        let connection = try await mailbox.connect(security) { $0.compresses = true }
        // Dovecot offers it no longer once it is on.
        #expect(try await !connection.compress())
        _ = try await connection.examine(Setup.inbox)
        var received: [UInt32: Data] = [:]
        for try await batch in try connection.fetchMessages(Setup.uids(1...60)) {
            for message in batch { received[message.uid.rawValue] = try message.raw.map { Data(try $0.bytes) } }
        }
        for (index, message) in sent.enumerated() { #expect(received[UInt32(index + 1)] == message) }
        async let wait = connection.waitForNews(for: .seconds(60))
        try mailbox.deliver(Self.message("new"))
        guard case .news = try await wait else {
            Issue.record("no news")
            return
        }
        await connection.logout()
    }
}
