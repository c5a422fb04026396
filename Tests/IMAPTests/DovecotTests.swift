import Foundation
import IMAP
import IMAPCore
import MailModel
import NIOPosix
import Testing

@Suite("Against Dovecot", .enabled(if: Dovecot.shared != nil || Dovecot.mustRun, "POSTRIDER_TEST_DOVECOT is not set"))
struct DovecotTests {
    private static func message(_ index: Int, replyTo parent: Int? = nil, size: Int = 300) -> Data {
        let references =
            parent.map { "References: <m\($0)@test.example>\r\nIn-Reply-To: <m\($0)@test.example>\r\n" } ?? ""
        let body = String(repeating: "Line of message \(index).\r\n", count: 1 + size / 22)
        return Data(
            ("From: a@test.example\r\nTo: b@test.example\r\nSubject: message \(index)\r\n"
                + "Message-ID: <m\(index)@test.example>\r\n\(references)\r\n\(body)").utf8)
    }

    private func fetch(_ connection: IMAPConnection, _ uids: UIDSet) async throws -> [UInt32: Data] {
        var out: [UInt32: Data] = [:]
        for try await batch in try connection.fetchMessages(uids) {
            for message in batch { out[message.uid.rawValue] = try message.raw.map { Data(try $0.bytes) } }
        }
        return out
    }

    @Test(
        "plain, STARTTLS and TLS give the same messages, octet for octet",
        arguments: [IMAPEndpoint.Security.none, .startTLS, .tls])
    func messages(security: IMAPEndpoint.Security) async throws {
        let sent = (1...150).map { Self.message($0, size: $0 * 97) }
        let mailbox = try Dovecot.Mailbox(sent)
        defer { mailbox.remove() }
        let connection = try await mailbox.connect(security)
        let opened = try await connection.examine(Setup.inbox)
        #expect(opened.exists == 150)
        #expect(opened.uidNext == 151)
        #expect(opened.uidValidity.isStable)
        #expect(opened.isReadOnly)
        let uids = try await connection.uidSearch(.all)
        #expect(uids.description == "1:150")
        let received = try await fetch(connection, uids)
        for (index, message) in sent.enumerated() { #expect(received[UInt32(index + 1)] == message) }
        await connection.logout()
    }

    @Test("folders have roles and statuses, and names in any script go there and back")
    func folders() async throws {
        let mailbox = try Dovecot.Mailbox([Self.message(1)])
        defer { mailbox.remove() }
        let connection = try await mailbox.connect()
        let folders = try await connection.listFolders(status: StatusItem.allCases)
        let inbox = try #require(folders.first { $0.role == .inbox })
        #expect(inbox.status?.messages == 1)
        #expect(inbox.status?.uidNext == 2)
        let results = try await connection.status(of: folders.map(\.path), items: [.messages])
        #expect(results.count == folders.count)
        let missing = FolderPath(display: "Entwürfe/日本語", delimiter: inbox.delimiter)
        guard case .refused? = await Setup.error(of: { _ = try await connection.examine(try #require(missing)) }) else {
            Issue.record("a folder that isn't there was opened")
            return
        }
        await connection.logout()
    }

    @Test("searches by date, UID, header field and their combinations")
    func search() async throws {
        let mailbox = try Dovecot.Mailbox((1...40).map { Self.message($0) })
        defer { mailbox.remove() }
        let connection = try await mailbox.connect()
        _ = try await connection.examine(Setup.inbox)
        #expect(try await connection.uidSearch(.since(EpochSeconds(1_700_000_000 - 86_400))).count == 40)
        #expect(try await connection.uidSearch(.since(EpochSeconds(1_700_000_000 + 10 * 86_400))).isEmpty)
        let third = SearchKey.header(field: "MESSAGE-ID", value: "<m3@test.example>")
        #expect(try await connection.uidSearch(third).description == "3")
        #expect(try await connection.uidSearch(.and([.uids(Setup.uids(1...4)), .not(third)])).description == "1:2,4")
        #expect(try await connection.uidSearch(.header(field: "SUBJECT", value: "größe")).isEmpty)
        let many = (1...40).map { SearchKey.header(field: "MESSAGE-ID", value: "<m\($0)@test.example>") }
        #expect(try await connection.uidSearch(anyOf: many).count == 40)
        await connection.logout()
    }

    @Test("threads by references")
    func threads() async throws {
        let mailbox = try Dovecot.Mailbox([
            Self.message(1), Self.message(2, replyTo: 1), Self.message(3), Self.message(4, replyTo: 2),
        ])
        defer { mailbox.remove() }
        let connection = try await mailbox.connect()
        _ = try await connection.examine(Setup.inbox)
        let algorithm = try #require(connection.capabilities.threadAlgorithm)
        let forest = try await connection.uidThread(algorithm)
        #expect(forest.threads.map(\.description).contains("1:2,4"))
        await connection.logout()
    }

    @Test("gives attributes and header fields without bodies")
    func attributes() async throws {
        let mailbox = try Dovecot.Mailbox((1...30).map { Self.message($0) })
        defer { mailbox.remove() }
        let connection = try await mailbox.connect()
        _ = try await connection.examine(Setup.inbox)
        var found: [FetchedAttributes] = []
        let items: [FetchItem] = [
            .uid, .flags, .internalDate, .size, .modSequence, .gmailMessageID,
            .body(.headerFields(["MESSAGE-ID", "REFERENCES"])),
        ]
        for try await batch in try connection.fetchAttributes(Setup.uids(1...30), items: items) { found += batch }
        #expect(found.count == 30)
        #expect(found[2].internalDate == EpochSeconds(1_700_000_002))
        #expect(found[1].flags?.contains(.seen) == true)
        #expect(found[2].size == UInt64(Self.message(3).count))
        #expect(found[2].header == Array("Message-ID: <m3@test.example>\r\n\r\n".utf8))
        #expect(found.allSatisfy { $0.lost.isEmpty })
        await connection.logout()
    }

    @Test("a large message is spooled and is still the server's, octet for octet")
    func large() async throws {
        let sent = Self.message(1, size: 5 << 20)
        let mailbox = try Dovecot.Mailbox([sent, Self.message(2)])
        defer { mailbox.remove() }
        let connection = try await mailbox.connect(.tls) { $0.budget = ByteBudget(capacity: 1 << 20) }
        _ = try await connection.examine(Setup.inbox)
        let received = try await fetch(connection, Setup.uids(1...2))
        #expect(received[1] == sent)
        #expect(received[2] == Self.message(2))
        await connection.logout()
    }

    @Test("a wrong password is refused as such")
    func wrongPassword() async throws {
        let mailbox = try Dovecot.Mailbox([])
        defer { mailbox.remove() }
        let connection = try await IMAPConnection.connect(
            to: IMAPEndpoint(
                serverName: "localhost", ip: "127.0.0.1", port: mailbox.server.plain_port, security: .none),
            options: IMAPConnectionOptions(), on: MultiThreadedEventLoopGroup.singleton)
        let error = await Setup.error {
            try await connection.signIn(.password(username: mailbox.user, password: "not this"))
        }
        guard case .signInRefused(.credentials)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        await connection.close()
    }
}
