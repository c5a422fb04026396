import IMAPCore
import MailModel
import NIOCore
import Testing

@Suite("Bounds of the parser")
struct ParserBoundTests {
    private let limits = ParserLimits(
        maximumLineLength: 256, maximumInlineLiteral: 64, maximumDrainedLiteral: 10_000, maximumListItems: 10)

    @Test("a line longer than allowed ends the session before it is held", arguments: [1, 300, 1_000])
    func line(pieceLength: Int) {
        let bytes = Array("* SEARCH ".utf8) + Array(repeating: UInt8(ascii: "1"), count: 2_000)
        let pieces = stride(from: 0, to: bytes.count, by: pieceLength).map {
            Array(bytes[$0..<Swift.min($0 + pieceLength, bytes.count)])
        }
        #expect(ParserRun(pieces, limits: limits).error == .bound(.line(256), uid: nil))
    }

    @Test("literals inside lines count as part of them")
    func inlineLiterals() {
        let text = "* LIST () \"/\" {60}\r\n" + String(repeating: "a", count: 60)
        #expect(ParserRun(String(repeating: text, count: 1) + "\r\n", limits: limits).responses.count == 1)
        #expect(ParserRun("* LIST () \"/\" {65}\r\n", limits: limits).error == .bound(.literal(65), uid: nil))
        let many =
            "* 1 FETCH (UID 4 X (" + String(repeating: "{60}\r\n" + String(repeating: "a", count: 60) + " ", count: 9)
        #expect(ParserRun(many, limits: limits).error == .bound(.line(256), uid: UID(rawValue: 4)))
    }

    @Test("a body larger than anything that would be read past names its message")
    func hugeBody() {
        let run = ParserRun("* 1 FETCH (UID 4 BODY[] {99999999999999999999999}\r\n", limits: limits)
        #expect(run.error == .bound(.literal(.max), uid: UID(rawValue: 4)))
    }

    @Test("a list of too many items is lost alone")
    func listItems() {
        let flags = (0..<11).map { "f\($0)" }.joined(separator: " ")
        let fetch = ParserRun("* 1 FETCH (FLAGS (\(flags)) UID 4)\r\n", limits: limits).fetches.first
        #expect(fetch?.flags == nil)
        #expect(fetch?.uid == UID(rawValue: 4))
    }

    @Test("parentheses may be nested to any depth without being followed by the stack")
    func nesting() {
        let depth = 500_000
        let text =
            "* 1 FETCH (BODYSTRUCTURE " + String(repeating: "(", count: depth) + String(repeating: ")", count: depth)
            + " UID 4)\r\n"
        #expect(ParserRun(text).fetches.first?.uid == UID(rawValue: 4))
    }

    @Test("octets of a body are passed on as they come, none held")
    func bodyIsNotHeld() throws {
        var parser = ResponseParser()
        parser.feed(ByteBuffer(string: "* 1 FETCH (BODY[] {1000000}\r\n"))
        guard case .bodyBegin? = try parser.next() else {
            Issue.record("no body")
            return
        }
        for _ in 0..<10 {
            #expect(try parser.next() == nil)
            parser.feed(ByteBuffer(repeating: 7, count: 1_000))
            #expect(try parser.next() == .bodyChunk(ByteBuffer(repeating: 7, count: 1_000)))
            #expect(parser.isInsideBody)
        }
    }
}
