import IMAP
import IMAPCore
import MailModel
import Testing

@Suite("Changes since a mod-sequence", .timeLimit(.minutes(2)))
struct ChangeTests {
    private static let since = ModSequence(rawValue: 40)

    private func gather(_ batches: FetchedBatches<FolderChange>) async throws -> ([FetchedAttributes], UIDSet) {
        var changed: [FetchedAttributes] = []
        var vanished = UIDSet()
        for try await batch in batches {
            for change in batch {
                switch change {
                case .attributes(let attributes): changed.append(attributes)
                case .vanished(let uids): vanished = vanished.union(uids)
                }
            }
        }
        return (changed, vanished)
    }

    @Test("with QRESYNC are new messages, changed flags and removals, in one command")
    func qresync() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 ENABLE QRESYNC CONDSTORE",
            [
                .hear("ENABLE QRESYNC"), .say("* ENABLED QRESYNC\n$ OK\n"),
                .hear("UID FETCH 1:8 (UID FLAGS) (CHANGEDSINCE 40 VANISHED)"),
                .say(
                    """
                    * VANISHED (EARLIER) 2,5:6
                    * 1 FETCH (UID 1 MODSEQ (44) FLAGS (\\Seen))
                    * VANISHED 7
                    * 3 FETCH (UID 12 MODSEQ (45) FLAGS ())
                    * 9 EXISTS
                    $ OK

                    """),
            ])
        #expect(!connection.isEnabled("QRESYNC"))
        _ = try await connection.enable(["QRESYNC"])
        #expect(connection.isEnabled("QRESYNC"))
        #expect(connection.isEnabled("CONDSTORE"))
        let (changed, vanished) = try await gather(connection.fetchChanges(Setup.uids(1...8), since: Self.since))
        #expect(changed.map(\.uid.rawValue) == [1])
        #expect(changed.first?.modSequence == ModSequence(rawValue: 44))
        #expect(vanished.description == "2,5:7")
        // 8: what happens meanwhile is news, too.
        #expect(
            try Set(connection.takeNews()) == [
                .vanished(Setup.inbox, Setup.uids(7...7)), .changed(Setup.inbox, Setup.uids(12...12)),
                .exists(Setup.inbox, 9),
            ])
    }

    @Test("without QRESYNC ask for no removals")
    func condstore() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 CONDSTORE",
            [
                .hear("UID FETCH 1:8 (UID FLAGS) (CHANGEDSINCE 40)"),
                .say("* 1 FETCH (UID 1 MODSEQ (44) FLAGS (\\Seen))\n$ OK\n"),
            ])
        let (changed, vanished) = try await gather(connection.fetchChanges(Setup.uids(1...8), since: Self.since))
        #expect(changed.count == 1)
        #expect(vanished.isEmpty)
    }

    @Test("are not asked of a server that has none")
    func unusable() async throws {
        let (_, connection) = try await Setup.opened([])
        #expect(throws: IMAPError.unusable("the server has no mod-sequences")) {
            _ = try connection.fetchChanges(Setup.uids(1...8), since: Self.since)
        }
    }

    @Test("a folder is opened with its mod-sequences where there are any, until they are on anyway")
    func opening() async throws {
        let opened = "* 3 EXISTS\n* OK [UIDVALIDITY 7]\n* OK [UIDNEXT 9]\n* OK [HIGHESTMODSEQ 77]\n$ OK\n"
        let server = try await ScriptedServer.start([
            .say("* PREAUTH [CAPABILITY IMAP4rev1 CONDSTORE] hi\n"), .hear("EXAMINE \"INBOX\" (CONDSTORE)"),
            .say(opened), .hear("EXAMINE \"INBOX\""), .say(opened),
        ])
        let connection = try await Setup.connect(server)
        #expect(try await connection.examine(Setup.inbox).highestModSequence == ModSequence(rawValue: 77))
        #expect(connection.isEnabled("CONDSTORE"))
        _ = try await connection.examine(Setup.inbox)
        #expect(server.heard == ["EXAMINE \"INBOX\" (CONDSTORE)", "EXAMINE \"INBOX\""])
    }

    @Test("a server that offers CONDSTORE and does not understand it is asked without")
    func openingFallsBack() async throws {
        let server = try await ScriptedServer.start([
            .say("* PREAUTH [CAPABILITY IMAP4rev1 CONDSTORE] hi\n"), .hear("EXAMINE \"INBOX\" (CONDSTORE)"),
            .say("$ BAD what?\n"), .hear("EXAMINE \"INBOX\""),
            .say("* 3 EXISTS\n* OK [UIDVALIDITY 7]\n* OK [UIDNEXT 9]\n$ OK\n"),
        ])
        let connection = try await Setup.connect(server)
        #expect(try await connection.examine(Setup.inbox).exists == 3)
        #expect(!connection.isEnabled("CONDSTORE"))
    }

    @Test("what comes before CLOSED is of the folder that was open")
    func closed() async throws {
        let other = FolderPath(raw: Array("Other".utf8), delimiter: nil)
        let (_, connection) = try await Setup.opened([
            .hear("EXAMINE \"Other\""),
            .say(
                """
                * VANISHED 2
                * 1 EXISTS
                * OK [CLOSED] it was
                * 5 EXISTS
                * OK [UIDVALIDITY 8]
                * OK [UIDNEXT 6]
                $ OK

                """),
        ])
        let opened = try await connection.examine(other)
        #expect(opened.exists == 5)
        #expect(opened.uidNext == 6)
        #expect(try connection.takeNews() == [.vanished(Setup.inbox, Setup.uids(2...2))])
    }
}
