import IMAPCore
import MailModel
import Testing

@Suite("Replies")
struct ResponseParserTests {
    struct Fixture: Sendable, CustomTestStringConvertible {
        let text: String
        let expected: Response
        var testDescription: String { text }
        init(_ text: String, _ expected: Response) {
            self.text = text
            self.expected = expected
        }
    }

    private static func ok(_ code: ResponseCode?, _ text: String = "") -> Response {
        .status(StatusResponse(condition: .ok, code: code, text: text))
    }

    static let readable: [Fixture] = [
        Fixture("* OK ready\r\n", ok(nil, "ready")),
        Fixture("* OK\r\n", ok(nil)),
        Fixture("* ok [UIDNEXT 4392] next\r\n", ok(.uidNext(4392), "next")),
        Fixture("* OK [UIDVALIDITY 0] zero\r\n", ok(.uidValidity(UIDValidity(rawValue: 0)), "zero")),
        Fixture("* OK [HIGHESTMODSEQ 18446744073709551615]\r\n", ok(.highestModSequence(ModSequence(rawValue: .max)))),
        Fixture("* OK [HIGHESTMODSEQ -1] Zoho\r\n", ok(.other("HIGHESTMODSEQ"), "Zoho")),
        Fixture("* OK [UIDNEXT 12.0] mail.ru\r\n", ok(.uidNext(12), "mail.ru")),
        Fixture("* OK [PERMANENTFLAGS (\\Seen \\*)]\r\n", ok(.permanentFlags([.seen, Flag("\\*")]))),
        Fixture("* OK [MAILBOXID (F2212ea87-6097)] Ok\r\n", ok(.mailboxID("F2212ea87-6097"), "Ok")),
        Fixture("* OK [BADCHARSET (\"a]b\" c)] text\r\n", ok(.other("BADCHARSET"), "text")),
        Fixture("* OK [CLOSED] was open\r\n", ok(.closed, "was open")),
        Fixture("* OK [NOTIFICATIONOVERFLOW] too much\r\n", ok(.notificationOverflow, "too much")),
        Fixture("* OK text that ends in {5}\r\n", ok(nil, "text that ends in {5}")),
        Fixture("* 23 EXISTS\r\n", .exists(23)),
        Fixture("* 5 recent\r\n", .recent(5)),
        Fixture("* 44 EXPUNGE\r\n", .expunge(44)),
        Fixture("* FLAGS (\\Answered $Junk)\r\n", .flags([.answered, Flag("$Junk")])),
        Fixture("* CAPABILITY imap4rev1 AUTH=plain\r\n", .capability(IMAPCapabilities(["IMAP4REV1", "AUTH=PLAIN"]))),
        Fixture("* ENABLED CONDSTORE\r\n", .enabled(["CONDSTORE"])),
        Fixture(
            "* VANISHED (EARLIER) 41,43:116\r\n", .vanished(UIDSet(normalising: [41...41, 43...116]), earlier: true)),
        Fixture("* VANISHED 405\r\n", .vanished(UIDSet(normalising: [405...405]), earlier: false)),
        Fixture("* ID (\"name\" \"Cyrus\" \"version\" NIL)\r\n", .id(["name": "Cyrus"])),
        Fixture("* ID NIL\r\n", .id([:])),
        Fixture("* QUOTAROOT INBOX \"\"\r\n", .unknown("QUOTAROOT")),
        Fixture("* 3 STORE (1)\r\n", .unknown("STORE")),
        Fixture("A7 OK done\r\n", .tagged(tag: "A7", StatusResponse(condition: .ok, code: nil, text: "done"))),
        Fixture("A7 NO\r\n", .tagged(tag: "A7", StatusResponse(condition: .no, code: nil, text: ""))),
        Fixture(
            "A7 NO [AUTHENTICATIONFAILED] no\r\n",
            .tagged(tag: "A7", StatusResponse(condition: .no, code: .authenticationFailed, text: "no"))),
        Fixture("+ go ahead\r\n", .continuation("go ahead")),
        Fixture("+\r\n", .continuation("")),
        Fixture("* OK bare line feed\n", ok(nil, "bare line feed")),
    ]

    @Test("is read", arguments: readable)
    func success(fixture: Fixture) {
        #expect(ParserRun(fixture.text).responses == [fixture.expected])
    }

    @Test("is the same when cut at any octet", arguments: readable)
    func split(fixture: Fixture) {
        let bytes = Array(fixture.text.utf8)
        for place in 1..<bytes.count {
            #expect(ParserRun(bytes.cut(at: place)).responses == [fixture.expected])
        }
    }

    @Test(
        "that is not all there gives nothing yet",
        arguments: [
            "* OK", "* OK\r", "A1 OK done", "* LIST () \"/\" {5}\r\nab", "* 1 FETCH (UID 1", "* 1 FETCH (X {3}\r\nab",
        ]
    )
    func incomplete(text: String) {
        let run = ParserRun(text)
        #expect(run.steps.isEmpty)
        #expect(run.error == nil)
        #expect(run.isInsideReply)
    }

    @Test(
        "that makes no sense is named and passed over",
        arguments: [
            "hello\r\n", "* \r\n", "* LIST nonsense\r\n", "* SEARCH 1 x\r\n", "* THREAD (1 (2)\r\n", "* VANISHED x\r\n",
            "* FLAGS (\\Seen\r\n", "* STATUS\r\n", "* NAMESPACE x\r\n", "* ESEARCH (TAG\r\n",
            "* 99999999999 EXISTS\r\n",
        ])
    func failure(text: String) {
        let run = ParserRun(text + "A1 OK\r\n")
        #expect(run.error == nil)
        #expect(run.responses.count == 2)
        #expect(run.losses.count == 1 || run.responses[0] == .unknown("99999999999"))
        #expect(run.responses[1] == .tagged(tag: "A1", StatusResponse(condition: .ok, code: nil, text: "")))
    }

    @Test("of LIST gives name, delimiter and attributes")
    func list() throws {
        let text = """
            * LIST (\\HasNoChildren \\Sent) "." "INBOX.Entw&APw-rfe"\r
            * LIST () NIL Flat\r
            * XLIST (\\Inbox) "\\\\" {9}\r
            a "b" c&d\r
            * LIST () "/" bare name ("CHILDINFO" ("SUBSCRIBED"))\r\n
            """
        let lists = ParserRun(text).responses.compactMap { if case .list(let list) = $0 { list } else { nil } }
        try #require(lists.count == 4)
        #expect(lists[0].path.display == "INBOX/Entwürfe")
        #expect(lists[0].attributes == ["\\hasnochildren", "\\sent"])
        #expect(lists[0].delimiter == UInt8(ascii: "."))
        #expect(lists[1].path.display == "Flat")
        #expect(lists[1].delimiter == nil)
        #expect(lists[2].path.raw == Array("a \"b\" c&d".utf8))
        #expect(lists[2].delimiter == UInt8(ascii: "\\"))
        #expect(lists[3].path.display == "bare name")
    }

    @Test("of STATUS gives what can be read, and names as they were spelt")
    func status() throws {
        let text = """
            * STATUS "a b" (MESSAGES 3 UIDNEXT 12 UIDVALIDITY 7 HIGHESTMODSEQ 99 MAILBOXID (x-1) SIZE 5 NEW (1 2))\r
            * STATUS bare name (MESSAGES 4.0 UNSEEN x)\r\n
            """
        let replies = ParserRun(text).responses
        try #require(replies.count == 2)
        guard case .mailboxStatus(let name, let status) = replies[0],
            case .mailboxStatus(let other, let second) = replies[1]
        else {
            Issue.record("no status")
            return
        }
        #expect(name == Array("a b".utf8))
        #expect(status.messages == 3)
        #expect(status.uidNext == 12)
        #expect(status.uidValidity == UIDValidity(rawValue: 7))
        #expect(status.highestModSequence == ModSequence(rawValue: 99))
        #expect(status.mailboxID == "x-1")
        #expect(status.size == 5)
        #expect(other == Array("bare name".utf8))
        #expect(second.messages == 4)
        #expect(second.unseen == nil)
    }

    @Test("of SEARCH and ESEARCH give one ascending set")
    func search() throws {
        let text = """
            * SEARCH 9 3 4 5 2 2\r
            * SEARCH\r
            * SEARCH 1 (MODSEQ 17)\r
            * ESEARCH (TAG "A1") UID MIN 1 ALL 9:7,1,3:4 COUNT 6 RELEVANCY (1 2)\r
            * ESEARCH (TAG "A1") UID\r\n
            """
        let found = ParserRun(text).responses.compactMap { if case .search(let hits) = $0 { hits } else { nil } }
        try #require(found.count == 5)
        #expect(found[0].found.description == "2:5,9")
        #expect(found[1].found.isEmpty)
        #expect(found[2].modSequence == ModSequence(rawValue: 17))
        #expect(found[3].found.description == "1,3:4,7:9")
        #expect(found[3].tag == "A1")
        #expect(found[3].count == 6)
        #expect(found[4].found.isEmpty)
    }

    @Test("of THREAD gives parents before children, also under a root that is not there")
    func thread() throws {
        let run = ParserRun("* THREAD (2)(3 6 (4 23)(44 7 96))((3)(5))\r\n")
        guard case .thread(let forest) = run.responses.first else {
            Issue.record("no threads")
            return
        }
        #expect(forest.threadCount == 3)
        #expect(forest.nodes.map(\.uid.rawValue) == [2, 3, 6, 4, 23, 44, 7, 96, 3, 5])
        #expect(forest.nodes.map(\.parent) == [nil, nil, 1, 2, 3, 2, 5, 6, nil, nil])
        #expect(forest.threads.map(\.description) == ["2", "3:4,6:7,23,44,96", "3,5"])
    }

    @Test("of THREAD may be a hundred thousand levels deep")
    func deepThread() {
        let depth = 100_000
        let text = "* THREAD " + (1...depth).map { "(\($0)" }.joined() + String(repeating: ")", count: depth) + "\r\n"
        guard case .thread(let forest) = ParserRun(text).responses.first else {
            Issue.record("no threads")
            return
        }
        #expect(forest.nodes.count == depth)
        #expect(forest.threadCount == 1)
    }

    @Test("of NAMESPACE gives prefixes and delimiters")
    func namespace() {
        let run = ParserRun("* NAMESPACE ((\"\" \"/\")(\"#mh/\" \"/\" \"X\" (\"a\"))) NIL ((\"Public.\" \".\"))\r\n")
        guard case .namespace(let spaces) = run.responses.first else {
            Issue.record("no namespaces")
            return
        }
        #expect(spaces.personal.map(\.prefix) == [[], Array("#mh/".utf8)])
        #expect(spaces.otherUsers.isEmpty)
        #expect(spaces.shared.first?.delimiter == UInt8(ascii: "."))
    }
}
