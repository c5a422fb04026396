import IMAPCore
import MailModel
import Testing

/// What mail-exactness.md lists of real servers, as far as it can be seen in replies alone.
@Suite("What real servers do, in their replies")
struct WireQuirkTests {
    @Test("1, 2: a UIDVALIDITY is read as it comes, 0 included", arguments: [0, 1, 4_294_967_295] as [UInt32])
    func uidValidity(value: UInt32) {
        let run = ParserRun("* OK [UIDVALIDITY \(value)]\r\n")
        let expected = ResponseCode.uidValidity(UIDValidity(rawValue: value))
        #expect(run.responses == [.status(StatusResponse(condition: .ok, code: expected, text: ""))])
    }

    @Test("7: mod-sequences have 64 bits, and −1 is none")
    func modSequences() {
        #expect(
            ParserRun("* 1 FETCH (MODSEQ (9223372036854775808))\r\n").fetches.first?.modSequence
                == ModSequence(rawValue: 1 << 63))
        let negative = ParserRun("* 1 FETCH (MODSEQ (-1) UID 2)\r\n").fetches.first
        #expect(negative?.modSequence == nil)
        #expect(negative?.uid == UID(rawValue: 2))
    }

    @Test("8: VANISHED is read wherever it stands")
    func vanished() {
        let run = ParserRun("* VANISHED 300:310\r\n* 1 FETCH (UID 4)\r\n* VANISHED 5\r\n")
        #expect(run.responses.first == .vanished(UIDSet(normalising: [300...310]), earlier: false))
        #expect(run.responses.last == .vanished(UIDSet(normalising: [5...5]), earlier: false))
    }

    @Test("10: UIDs in any order become one ascending set")
    func unsorted() {
        let run = ParserRun("* SEARCH 44 2 9 3\r\n")
        guard case .search(let hits)? = run.responses.first else {
            Issue.record("no hits")
            return
        }
        #expect(hits.found.description == "2:3,9,44")
    }

    @Test("11: EXPUNGE amid FETCH disturbs nothing")
    func expunge() {
        let run = ParserRun("* 9 FETCH (UID 9)\r\n* 3 EXPUNGE\r\n* 9 FETCH (UID 10)\r\n")
        #expect(run.fetches.map(\.uid?.rawValue) == [9, 10])
    }

    @Test("16: replies are the same when split at any octet, CR and LF included")
    func splits() {
        let bytes = Array("* 1 FETCH (UID 9 BODY[] {4}\r\na\r\nb)\r\n* BYE\r\nA1 OK\r\n".utf8)
        let whole = ParserRun([bytes])
        for place in 1..<bytes.count { #expect(ParserRun(bytes.cut(at: place)) == whole) }
    }

    @Test(
        "17: a broken BODYSTRUCTURE or ENVELOPE costs that attribute, not the session",
        arguments: [
            "ENVELOPE (\"no end", "BODYSTRUCTURE ((\"TEXT\" \"PLAIN\"", "ENVELOPE (NIL NIL))) FLAGS (\\Seen)",
            "BODYSTRUCTURE", "ENVELOPE ()\"", "BODY[1", "FLAGS \\Seen", "(ENVELOPE (NIL))", "BODYSTRUCTURE {x}",
        ])
    func brokenAttributes(text: String) {
        let run = ParserRun("* 1 FETCH (UID 7 \(text))\r\n* 2 FETCH (UID 8 FLAGS (\\Seen))\r\nA1 OK\r\n")
        #expect(run.error == nil)
        #expect(run.fetches.map(\.uid?.rawValue) == [7, 8])
        #expect(run.fetches.last?.flags == [.seen])
        #expect(run.responses.count == 3)
    }

    @Test(
        "18: missing texts, codes without OK, bare lines, stray + and NUL padding are accepted",
        arguments: [
            "* OK\r\n", "* OK [READ-ONLY]\r\n", "[COPYUID 55 31 6]\r\n", "* [ALERT] x\r\n", "Maintenance at noon\r\n",
            "+ \r\n", "\0\0\0* 3 EXISTS\r\n", "\r\n", "* NO\r\n", "* OK [ALERT\r\n", "   \r\n",
        ])
    func lenient(text: String) {
        let run = ParserRun(text + "A1 OK done\r\n")
        #expect(run.error == nil)
        #expect(run.responses.last == .tagged(tag: "A1", StatusResponse(condition: .ok, code: nil, text: "done")))
    }

    @Test("18: a code without OK is read as one")
    func bareCode() {
        let ok = StatusResponse(condition: .ok, code: .other("COPYUID"), text: "")
        #expect(ParserRun("[COPYUID 55 31 6]\r\n").responses == [.status(ok)])
    }

    @Test("19: the literal's length counts, whatever RFC822.SIZE says")
    func size() {
        let run = ParserRun("* 1 FETCH (UID 7 RFC822.SIZE 99999 BODY[] {2}\r\nab)\r\n")
        #expect(run.bodies == [Array("ab".utf8)])
        #expect(run.fetches.first?.size == 99_999)
    }

    @Test("20: where the octets end amid a literal, that is known")
    func closedAmidLiteral() {
        let run = ParserRun("* 1 FETCH (UID 7 BODY[] {20}\r\nab")
        #expect(run.isInsideReply)
        #expect(run.fetches.isEmpty)
    }

    @Test("22: floats count as integers, and sets may run downwards")
    func numbers() {
        #expect(ParserRun("* 1 FETCH (UID 7 RFC822.SIZE 123.0)\r\n").fetches.first?.size == 123)
        #expect(
            ParserRun("* VANISHED 9:4,2\r\n").responses == [
                .vanished(UIDSet(normalising: [2...2, 4...9]), earlier: false)
            ])
    }
}
