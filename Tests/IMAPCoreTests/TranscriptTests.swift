import Foundation
import IMAPCore
import NIOCore
import Testing

@Suite(
    "What real servers sent",
    .enabled(if: Transcripts.folder != nil || Transcripts.mustExist, "corpus mailkit-imap is absent"))
struct TranscriptTests {
    /// What can't be read, file by file, and why that is right.
    private static let reasonedLosses: [String: (lost: Set<String>, reason: String)] = [
        "yandex/getbodypart-missing-content.txt": (
            ["BODY[2]"], "the server left the section's content out: the section is unknown, the reply is kept"
        ),
        "zoho/fetch-negative-modseq-values.txt": (
            ["MODSEQ"], "−1 is no mod-sequence; it counts as none"
        ),
        "gmail/headers.1+unsolicited-info.txt": (
            [")"], "its literal's size leaves out the last line break, so the parenthesis is a line of its own"
        ),
    ]

    /// Files that are no transcripts.
    private static func isPayload(_ name: String) -> Bool {
        // `message.N.msg` are the messages that other files' literals hold.
        name.hasSuffix(".msg")
    }

    @Test("the corpus is complete")
    func corpusIsThere() throws {
        try #require(Transcripts.folder != nil, "the corpus must be here when CI=true")
        #expect(Transcripts.names.count == 400)
        #expect(Transcripts.names.filter { !Self.isPayload($0) }.count == 350)
    }

    @Test(
        "a transcript is read to its end, with no loss but the listed ones",
        arguments: Transcripts.names.filter { !isPayload($0) })
    func readsWhole(name: String) throws {
        let run = ParserRun([try Transcripts.bytes(name)])
        #expect(run.error == nil)
        #expect(!run.isInsideReply)
        #expect(!run.steps.isEmpty)
        #expect(Set(run.losses) == Self.reasonedLosses[name]?.lost ?? [])
    }

    @Test("a transcript says the same wherever it is cut", arguments: Transcripts.names.filter { !isPayload($0) })
    func readsCut(name: String) throws {
        let bytes = ByteBuffer(bytes: try Transcripts.bytes(name))
        let whole = ParserRun([bytes])
        let count = bytes.readableBytes
        #expect(ParserRun(bytes.cut(at: Array(1..<count))) == whole, "octet by octet")
        if count <= 16 << 10 {
            // Between replies the parser remembers nothing, so a cut can only matter within its own reply.
            for reply in try Self.replies(bytes) {
                let uncut = ParserRun([reply])
                for place in 1..<reply.readableBytes where ParserRun(reply.cut(at: [place])) != uncut {
                    Issue.record("differs when cut at \(place) of \(String(buffer: reply).prefix(80))")
                    return
                }
            }
        } else {
            var random = SeededRandom(seed: UInt64(count))
            for _ in 0..<1_000 {
                let places = (0..<7).map { _ in Int.random(in: 1..<count, using: &random) }.sorted()
                guard ParserRun(bytes.cut(at: places)) == whole else {
                    Issue.record("differs when cut at \(places)")
                    return
                }
            }
        }
    }

    /// The transcript reply by reply: it is parted wherever the parser says that nothing is under way.
    private static func replies(_ transcript: ByteBuffer) throws -> [ByteBuffer] {
        var parser = ResponseParser()
        var ends: [Int] = []
        for (index, octet) in transcript.cut(at: Array(1..<transcript.readableBytes)).enumerated() {
            parser.feed(octet)
            while try parser.next() != nil {}
            if !parser.hasBufferedBytes { ends.append(index + 1) }
        }
        return transcript.cut(at: ends.filter { $0 < transcript.readableBytes })
    }
}
