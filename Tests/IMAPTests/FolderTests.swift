import IMAP
import IMAPCore
import MailModel
import Testing

@Suite("Folders")
struct FolderTests {
    private func connection(
        _ capabilities: String, _ steps: [ScriptedServer.Step]
    ) async throws -> (ScriptedServer, IMAPConnection) {
        let server = try await ScriptedServer.start(
            [.say("* PREAUTH [CAPABILITY IMAP4rev1 \(capabilities)] hi\n")] + steps)
        return (server, try await Setup.connect(server))
    }

    @Test("come with roles and statuses by one command where the server can")
    func extended() async throws {
        let (_, connection) = try await connection(
            "LIST-EXTENDED LIST-STATUS SPECIAL-USE",
            [
                .hear("LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (MESSAGES UIDNEXT))"),
                .say(
                    """
                    * LIST (\\HasNoChildren) "/" INBOX
                    * STATUS INBOX (MESSAGES 3 UIDNEXT 9)
                    * LIST (\\Trash) "/" Weg
                    * STATUS Weg (MESSAGES 1 UIDNEXT 2)
                    * LIST (\\NonExistent \\HasChildren) "/" Ghost
                    $ OK

                    """),
            ])
        let folders = try await connection.listFolders(status: [.messages, .uidNext, .highestModSequence])
        #expect(folders.map(\.path.display) == ["INBOX", "Weg", "Ghost"])
        #expect(folders.map(\.role) == [.inbox, .trash, nil])
        #expect(folders.map(\.status?.messages) == [3, 1, nil])
        // 15: \NonExistent alone counts as \Noselect.
        #expect(folders.map(\.isSelectable) == [true, true, false])
    }

    @Test("13: LIST options that are refused fall back in stages to the plain command and STATUS")
    func fallback() async throws {
        let (_, connection) = try await connection(
            "LIST-EXTENDED LIST-STATUS SPECIAL-USE",
            [
                .hear("LIST \"\" \"*\" RETURN (SPECIAL-USE STATUS (MESSAGES))"), .say("$ BAD no\n"),
                .hear("LIST \"\" \"*\" RETURN (SPECIAL-USE)"), .say("$ NO no\n"),
                .hear("LIST \"\" \"*\""), .say("* LIST () \"/\" INBOX\n* LIST () \"/\" INBOX\n$ OK\n"),
                .hear("STATUS \"INBOX\" (MESSAGES)"), .say("* STATUS \"INBOX\" (MESSAGES 4)\n$ OK\n"),
            ])
        let folders = try await connection.listFolders(status: [.messages])
        #expect(folders.count == 1)
        #expect(folders.first?.status?.messages == 4)
    }

    @Test("12: an INBOX that is left out is asked for by name; an empty list is no error")
    func missingInbox() async throws {
        let (_, connection) = try await connection(
            "",
            [
                .hear("LIST \"\" \"*\""), .say("* LIST () \"/\" Other\n$ OK\n"),
                .hear("LIST \"\" \"INBOX\""), .say("* LIST () \"/\" Inbox\n$ OK\n"),
                .hear("LIST \"\" \"*\""), .say("$ OK\n"), .hear("LIST \"\" \"INBOX\""), .say("$ OK\n"),
            ])
        #expect(try await connection.listFolders().map(\.path.display) == ["Other", "INBOX"])
        #expect(try await connection.listFolders().isEmpty)
    }

    @Test("14: names go back to the server octet for octet")
    func rawNames() async throws {
        let (server, connection) = try await connection(
            "LITERAL+",
            [
                .hear("LIST"), .say("* LIST () \".\" \"INBOX\"\n* LIST () \".\" \"a.Gr&APY-\"\n$ OK\n"),
                .hear("EXAMINE"), .say("* OK [UIDVALIDITY 1]\n* OK [UIDNEXT 1]\n$ OK\n"),
            ])
        let folders = try await connection.listFolders()
        let found = try #require(folders.last)
        #expect(found.path.display == "a/Grö")
        _ = try await connection.examine(found.path)
        #expect(server.heard.last == "EXAMINE \"a.Gr&APY-\"")
    }

    @Test("statuses of many are asked for at once, and one that fails is its own affair")
    func statuses() async throws {
        let (_, connection) = try await connection(
            "",
            [
                .hear("STATUS"), .hear("STATUS"), .hear("STATUS"),
                .say("* STATUS a (MESSAGES 1)\nA1 OK\nA2 NO [NONEXISTENT] gone\n* STATUS c (MESSAGES 3)\nA3 OK\n"),
            ])
        // The order of a dictionary's keys is not known: which of them fails is left open.
        let paths = ["a", "b", "c"].map { FolderPath(raw: Array($0.utf8), delimiter: nil) }
        let broken = FolderPath(raw: Array("x\r\ny".utf8), delimiter: nil)
        let results = try await connection.status(of: paths + [broken], items: [.messages, .highestModSequence])
        #expect(results.count == 4)
        #expect(results[broken] == .failure(.injection("a folder's name")))
        let refused = results.values.filter { if case .failure(.refused) = $0 { true } else { false } }
        #expect(refused.count == 1)
    }

    @Test("4: a folder that is opened without a UIDNEXT is asked for it by STATUS")
    func uidNext() async throws {
        let (_, connection) = try await connection(
            "",
            [
                .hear("EXAMINE"),
                .say(
                    "* FLAGS (\\Seen)\n* 3 EXISTS\n* OK [UIDVALIDITY 5]\n* OK [PERMANENTFLAGS ()]\n$ OK [READ-ONLY]\n"),
                .hear("STATUS \"INBOX\" (UIDNEXT UIDVALIDITY)"),
                .say("* STATUS INBOX (UIDNEXT 44 UIDVALIDITY 6)\n$ OK\n"),
            ])
        let mailbox = try await connection.examine(Setup.inbox)
        #expect(mailbox.uidNext == 44)
        #expect(mailbox.uidValidity == UIDValidity(rawValue: 5))
        #expect(mailbox.exists == 3)
        #expect(mailbox.isReadOnly)
        #expect(mailbox.flags == [.seen])
        #expect(mailbox.highestModSequence == nil)
    }

    @Test("a folder that can't be opened is an error of the command, and the connection lives on")
    func refused() async throws {
        let (_, connection) = try await connection(
            "",
            [
                .hear("EXAMINE"), .say("$ NO [NONEXISTENT] no such folder\n"), .hear("LIST"),
                .say("* LIST () \"/\" INBOX\n$ OK\n"),
            ])
        guard case .refused(let refusal)? = await Setup.error(of: { _ = try await connection.examine(Setup.inbox) })
        else {
            Issue.record("not refused")
            return
        }
        #expect(refusal.command == "EXAMINE")
        #expect(refusal.code == .nonExistent)
        #expect(try await connection.listFolders().count == 1)
    }

    @Test("23: an answer that comes late is not taken for the next command's")
    func lateAnswer() async throws {
        let (_, connection) = try await connection(
            "",
            [
                .hear("EXAMINE"), .say("A0 NO late\n* OK [UIDVALIDITY 5]\n* OK [UIDNEXT 6]\nA1 OK\nA1 NO twice\n"),
                .hear("EXAMINE"), .say("A1 NO thrice\n* OK [UIDVALIDITY 8]\n* OK [UIDNEXT 9]\nA2 OK\n"),
            ])
        #expect(try await connection.examine(Setup.inbox).uidNext == 6)
        #expect(try await connection.examine(Setup.inbox).uidNext == 9)
    }

    @Test("more replies than are kept end the session")
    func tooManyReplies() async throws {
        var options = Setup.options()
        options.maximumReplies = 10
        let server = try await ScriptedServer.start([
            .say("* PREAUTH [CAPABILITY IMAP4rev1] hi\n"), .hear("LIST"),
            .say(String(repeating: "* LIST () \"/\" INBOX\n", count: 11)),
        ])
        let connection = try await Setup.connect(server, options: options)
        #expect(await Setup.error { _ = try await connection.listFolders() } == .bound(.replies(10), uid: nil))
        await server.connectionEnded()
    }
}

@Suite("Searching")
struct SearchTests {
    @Test("asks for ranges where ESEARCH is offered, and plainly where that is not understood")
    func extended() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 ESEARCH",
            [
                .hear("UID SEARCH RETURN (ALL) ALL"), .say("* ESEARCH (TAG \"$\") UID ALL 9:7,1\n$ OK\n"),
                .hear("UID SEARCH RETURN (ALL) ALL"), .say("$ BAD what\n"), .hear("UID SEARCH ALL"),
                .say("* SEARCH 5 2\n$ OK\n"),
            ])
        #expect(try await connection.uidSearch(.all).description == "1,7:9")
        #expect(try await connection.uidSearch(.all).description == "2,5")
    }

    @Test("22: a set that does not fit in one line is asked for in pieces, and the hits are put together")
    func pieces() async throws {
        let uids = UIDSet((1...400).compactMap { UID(rawValue: UInt32($0 * 2)) })
        let (server, connection) = try await Setup.opened([
            .hear("UID SEARCH"), .hear("UID SEARCH"), .say("* SEARCH 4\nA2 OK\n* SEARCH 700 2\nA3 OK\n"),
        ])
        let found = try await connection.uidSearch(.and([.uids(uids), .since(EpochSeconds(0))]))
        #expect(found.description == "2,4,700")
        #expect(server.heard.allSatisfy { $0.utf8.count < 1_000 })
    }

    @Test("for any of many keys takes few commands")
    func anyOf() async throws {
        let (server, connection) = try await Setup.opened([
            .hear("UID SEARCH OR"), .hear("UID SEARCH OR"), .say("* SEARCH 1\nA2 OK\n* SEARCH 2\nA3 OK\n"),
        ])
        let keys = (1...20).map {
            SearchKey.header(field: "MESSAGE-ID", value: "some-rather-long-id-\($0)@mail.example")
        }
        #expect(try await connection.uidSearch(anyOf: keys).description == "1:2")
        #expect(server.heard.allSatisfy { $0.utf8.count < 1_000 })
        #expect(try await connection.uidSearch(anyOf: []).isEmpty)
    }

    @Test("threads by the server's algorithm where it has one")
    func thread() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 THREAD=REFS",
            [
                .hear("UID THREAD REFS UTF-8 ALL"), .say("* THREAD (1 2)(3)\n$ OK\n"),
            ])
        #expect(try await connection.uidThread(.refs).threads.map(\.description) == ["1:2", "3"])
        let error = await Setup.error { _ = try await connection.uidThread(.references) }
        #expect(error == .unusable("the server has no THREAD=REFERENCES"))
    }
}
