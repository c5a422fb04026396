import IMAPCore
import MailModel
import Testing

@Suite("FETCH replies")
struct FetchReplyTests {
    @Test("every attribute is read, in any order and in letters of either case")
    func attributes() throws {
        let run = ParserRun(
            "* 12 fetch (MODSEQ (624140003) uid 7 FLAGS (\\Seen $x) INTERNALDATE \" 3-Mar-2016 17:25:01 +0100\" "
                + "RFC822.SIZE 44827 X-GM-MSGID 1278455344230334865 X-GM-THRID 2 X-GM-LABELS (\"\\\\Inbox\" foo {3}\r\na b) "
                + "EMAILID (M6d99) THREADID (T64b) ENVELOPE (NIL (\"a)\" (\"\\\"(\"))) BODYSTRUCTURE ((\"x\")))\r\n")
        let fetch = try #require(run.fetches.first)
        #expect(fetch.sequenceNumber == 12)
        #expect(fetch.uid == UID(rawValue: 7))
        #expect(fetch.flags == [.seen, Flag("$x")])
        #expect(fetch.internalDate == EpochSeconds(1_457_022_301))
        #expect(fetch.size == 44_827)
        #expect(fetch.modSequence == ModSequence(rawValue: 624_140_003))
        #expect(fetch.gmailMessageID == 1_278_455_344_230_334_865)
        #expect(fetch.gmailThreadID == 2)
        #expect(fetch.gmailLabels == [Array("\\Inbox".utf8), Array("foo".utf8), Array("a b".utf8)])
        #expect(fetch.emailID == "M6d99")
        #expect(fetch.threadID == "T64b")
        #expect(fetch.lost.isEmpty)
        #expect(fetch.providerIdentity == ProviderIdentity(messageID: "1278455344230334865", threadID: "2"))
    }

    @Test("a body is handed on octet for octet, and the attributes behind it are read")
    func body() throws {
        let content = "a\r\n)\r\nA1 OK not the end\r\n\0\u{FF}"
        let run = ParserRun(
            "* 1 FETCH (UID 5 BODY[] {\(content.utf8.count)}\r\n\(content) FLAGS (\\Seen))\r\nA1 OK\r\n")
        #expect(run.bodies == [Array(content.utf8)])
        #expect(run.fetches.first?.flags == [.seen])
        #expect(run.responses.count == 2)
    }

    @Test(
        "a section comes as literal, literal8, quoted string, or not at all",
        arguments: [
            ("BODY[TEXT] {3}\r\nabc", ["abc"]), ("BINARY[1] ~{3}\r\nabc", ["abc"]), ("BODY[] \"a\\\"c\"", ["a\"c"]),
            ("BODY[] NIL", []), ("BODY[] \"\"", [""]), ("BODY[] {0}\r\n", [""]), ("RFC822 {3+}\r\nabc", ["abc"]),
            ("BODY[HEADER.FIELDS (\"X]Y\" {1}\r\nz)] {3}\r\nabc", ["abc"]), ("BODY[1]<4> {3}\r\nabc", ["abc"]),
        ])
    func sections(text: String, expected: [String]) throws {
        let run = ParserRun("* 1 FETCH (UID 5 \(text) RFC822.SIZE 9)\r\n")
        #expect(run.bodies.map { String(decoding: $0, as: UTF8.self) } == expected)
        #expect(run.fetches.first?.size == 9)
        #expect(run.fetches.first?.namedBody == true)
        #expect(run.losses.isEmpty)
    }

    @Test("a partial body says where it begins")
    func partial() {
        let run = ParserRun("* 1 FETCH (UID 5 BODY[HEADER]<100> {1}\r\nx)\r\n")
        guard case .body(let begin, _)? = run.steps.first else {
            Issue.record("no body")
            return
        }
        #expect(begin.origin == 100)
        #expect(begin.section == .header)
        #expect(begin.uid == UID(rawValue: 5))
        #expect(begin.size == 1)
    }

    @Test("a reply with two large literals is the same wherever it is cut")
    func everySplit() {
        let text =
            "* 1 FETCH (BODY[HEADER.FIELDS (MESSAGE-ID)] {23}\r\nMessage-ID: <a@b.c>\r\n\r\n UID 3 BODY[] {6}\r\nab\r\ncd"
            + " X-GM-LABELS ({2}\r\nab \"c\") BODY[TEXT] \"quoted\" FLAGS ())\r\n* 2 EXISTS\r\nA1 OK\r\n"
        let bytes = Array(text.utf8)
        let whole = ParserRun([bytes])
        #expect(whole.bodies.count == 3)
        #expect(whole.responses.count == 3)
        for place in 1..<bytes.count { #expect(ParserRun(bytes.cut(at: place)) == whole) }
        #expect(ParserRun(bytes.map { [$0] }) == whole)
    }

    @Test(
        "INTERNALDATE is read with its zone",
        arguments: [
            ("17-Jul-1996 02:44:25 -0700", 837_596_665), (" 1-Jan-1970 00:00:00 +0000", 0),
            ("1-jan-1970 00:00:00", 0), ("29-Feb-2024 23:59:60 +0530", 1_709_231_400),
            ("31-Dec-1969 23:59:59 +0000", -1),
        ])
    func dates(text: String, expected: Int64) {
        #expect(
            ParserRun("* 1 FETCH (INTERNALDATE \"\(text)\")\r\n").fetches.first?.internalDate == EpochSeconds(expected))
    }

    @Test(
        "a date that is none is lost alone",
        arguments: ["", "x", "32-Jan-2000 00:00:00 +0000", "1-Foo-2000 00:00:00 +0000"])
    func badDates(text: String) {
        let fetch = ParserRun("* 1 FETCH (INTERNALDATE \"\(text)\" UID 4)\r\n").fetches.first
        #expect(fetch?.internalDate == nil)
        #expect(fetch?.lost == ["INTERNALDATE"])
        #expect(fetch?.uid == UID(rawValue: 4))
    }
}
