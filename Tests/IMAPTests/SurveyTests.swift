import IMAP
import IMAPCore
import MailModel
import Testing

@Suite("A survey", .timeLimit(.minutes(2)))
struct SurveyTests {
    private static func path(_ name: String) -> FolderPath { FolderPath(raw: Array(name.utf8), delimiter: nil) }

    @Test("is one round trip: all is asked before anything is answered")
    func oneRound() async throws {
        let (_, connection) = try await Setup.opened(
            capabilities: "IMAP4rev1 SPECIAL-USE LIST-STATUS",
            [
                .hear("EXAMINE \"INBOX\""), .hear("LIST \"\" \"*\" RETURN (SPECIAL-USE)"),
                .hear("STATUS \"Sent\" (MESSAGES UIDNEXT)"),
                .say(
                    """
                    * 5 EXISTS
                    * OK [UIDVALIDITY 7]
                    * OK [UIDNEXT 11]
                    A2 OK [READ-ONLY]
                    * LIST () "/" INBOX
                    * LIST (\\Sent) "/" Sent
                    A3 OK
                    * STATUS Other (MESSAGES 2 UIDNEXT 3)
                    A4 NO [NONEXISTENT] gone

                    """),
            ])
        let survey = try await connection.survey(
            list: true, status: [Setup.inbox, Self.path("Sent"), Setup.inbox],
            items: [.messages, .uidNext, .highestModSequence])
        #expect(survey.folders?.map(\.role) == [.inbox, .sent])
        // The open folder is opened again: STATUS might tell what its session knew last.
        #expect(try survey.statuses[Setup.inbox]?.get().messages == 5)
        #expect(try survey.statuses[Setup.inbox]?.get().uidNext == 11)
        guard case .failure(.refused)? = survey.statuses[Self.path("Sent")] else {
            Issue.record("not refused")
            return
        }
        // What was not asked for came unasked.
        #expect(try connection.takeNews().map(\.folder) == [Self.path("Other")])
    }

    @Test("what EXAMINE does not say of the open folder is asked for besides")
    func unseen() async throws {
        let (_, connection) = try await Setup.opened([
            .hear("EXAMINE \"INBOX\""), .hear("STATUS \"INBOX\" (MESSAGES UNSEEN)"),
            .say(
                "* 5 EXISTS\n* OK [UIDVALIDITY 7]\n* OK [UIDNEXT 11]\nA2 OK\n"
                    + "* STATUS INBOX (MESSAGES 4 UNSEEN 2)\nA3 OK [CLIENTBUG] selected\n"),
        ])
        let survey = try await connection.survey(list: false, status: [Setup.inbox], items: [.messages, .unseen])
        let status = try #require(try survey.statuses[Setup.inbox]?.get())
        #expect(status.messages == 5)
        #expect(status.unseen == 2)
    }

    @Test("with no folder open and no list is the statuses alone; of nothing it is nothing")
    func statuses() async throws {
        let server = try await ScriptedServer.start([
            .say("* PREAUTH [CAPABILITY IMAP4rev1] hi\n"), .hear("STATUS \"INBOX\" (MESSAGES)"),
            .say("* STATUS INBOX (MESSAGES 5)\n$ OK\n"),
        ])
        let connection = try await Setup.connect(server)
        let survey = try await connection.survey(list: false, status: [Setup.inbox], items: [.messages])
        #expect(survey.folders == nil)
        #expect(try survey.statuses[Setup.inbox]?.get().messages == 5)
        let broken = Self.path("a\r\nb")
        let nothing = try await connection.survey(list: false, status: [broken], items: [.messages])
        #expect(nothing.statuses == [broken: .failure(.injection("a folder's name"))])
        #expect(server.heard.count == 1)
    }

    @Test("12, 13: options that are refused are not asked for again, and an INBOX that is left out is asked for")
    func fallback() async throws {
        let server = try await ScriptedServer.start([
            .say("* PREAUTH [CAPABILITY IMAP4rev1 SPECIAL-USE] hi\n"),
            .hear("LIST \"\" \"*\" RETURN (SPECIAL-USE)"), .say("$ BAD no\n"),
            .hear("LIST \"\" \"*\""), .say("* LIST () \"/\" INBOX\n$ OK\n"),
            .hear("LIST \"\" \"*\""), .say("* LIST () \"/\" Other\n$ OK\n"),
            .hear("LIST \"\" \"INBOX\""), .say("$ OK\n"),
        ])
        let connection = try await Setup.connect(server)
        #expect(try await connection.survey(list: true, status: [], items: []).folders?.count == 1)
        let second = try await connection.survey(list: true, status: [], items: []).folders
        #expect(second?.map(\.path.display) == ["Other"])
        #expect(server.heard[2] == "LIST \"\" \"*\"")
    }

    @Test("of many folders is written at once")
    func many() async throws {
        let names = (0..<200).map { "f\($0)" }
        let answers = names.enumerated().map { "* STATUS \($1) (MESSAGES \($0))\nA\($0 + 1) OK\n" }.joined()
        let server = try await ScriptedServer.start(
            [.say("* PREAUTH [CAPABILITY IMAP4rev1] hi\n")] + names.map { .hear("STATUS \"\($0)\"") }
                + [.say(answers)])
        let connection = try await Setup.connect(server)
        let survey = try await connection.survey(list: false, status: names.map(Self.path), items: [.messages])
        #expect(try names.map { try survey.statuses[Self.path($0)]?.get().messages } == (0..<200).map { UInt32($0) })
    }
}
