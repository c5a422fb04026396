import Foundation
import Testing

@testable import MIME

@Suite("Mutated messages", .enabled(if: Corpora.isToBeTested("mail-parser"), "the corpus mail-parser is absent"))
struct FuzzTests {
    /// SplitMix64: the same mutations in every run, replayed by the seed that a failure names.
    struct Random {
        var state: UInt64

        mutating func next(_ bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((word ^ (word >> 31)) % UInt64(max(bound, 1)))
        }
    }

    /// Four hundred mutations a seed; a long run asks for more by the environment.
    private static let seeds = ProcessInfo.processInfo.environment["POSTRIDER_FUZZ_SEEDS"].flatMap { Int($0) } ?? 8

    private static let morsels: [[UInt8]] = [
        Array("\n--".utf8), Array("--\n".utf8), Array("\r".utf8), [0], [0xFF], Array("=?utf-8?B?".utf8),
        Array("?=".utf8), Array("\n\n".utf8),
        Array("Content-Type: multipart/mixed; boundary=a\n".utf8), Array("Content-Transfer-Encoding: base64\n".utf8),
        Array("charset=utf-16".utf8), Array("<".utf8), Array("\"".utf8), Array("\\".utf8), Array("(".utf8),
        Array("*0*=x''%".utf8),
        Array("Content-Type: message/rfc822\n\n".utf8), Array("charset=iso-2022-kr".utf8), Array("=\n".utf8),
        Array("begin 644 a\n".utf8),
    ]

    private func mutate(_ source: [UInt8], _ random: inout Random) -> [UInt8] {
        var bytes = source
        for _ in 0...random.next(8) {
            let at = random.next(bytes.count)
            switch random.next(6) {
            case 0 where !bytes.isEmpty: bytes[at] = UInt8(random.next(256))
            case 1: bytes.insert(contentsOf: Self.morsels[random.next(Self.morsels.count)], at: min(at, bytes.count))
            case 2: bytes.removeSubrange(at..<min(bytes.count, at + random.next(64)))
            case 3: bytes = Array(bytes.prefix(at))
            case 4:
                let from = random.next(bytes.count)
                bytes.insert(
                    contentsOf: bytes[from..<min(bytes.count, from + random.next(200))], at: min(at, bytes.count))
            default:
                if at < bytes.count { bytes[at] ^= UInt8(1 << random.next(8)) }
            }
        }
        return bytes
    }

    @Test(
        "no mutation of any message crashes, breaks an invariant, or gives another result on a second parse",
        arguments: 0..<seeds)
    func mutations(seed: Int) throws {
        // given
        let files = Corpora.files("mail-parser", ending: ".eml")
        let sources = try files.map { try Corpora.bytes("mail-parser", $0) }.filter { $0.count < 40_000 }
        try #require(!sources.isEmpty)
        var random = Random(state: UInt64(seed))
        let parser = MessageParser()
        for _ in 0..<400 {
            let raw = mutate(sources[random.next(sources.count)], &random)
            // when
            let message = parser.parse(raw)
            // then
            #expect(!(message.text ?? "").utf8.contains(0) && !(message.html ?? "").utf8.contains(0))
            #expect(!(message.subject ?? "").utf8.contains(0))
            #expect(message.snippet.count <= 200)
            #expect(message.headerRange.upperBound <= raw.count)
            #expect(message.attachments.allSatisfy { $0.bodyRange.upperBound <= raw.count })
            for attachment in message.attachments { _ = attachment.content(in: raw) }
            #expect(message == parser.parse(raw))
            // From a file GMime may part the ruins of a multipart otherwise at their end, so only the header's result
            // must be that of memory. (Lone carriage returns are mended in memory only.)
            guard !message.marks.contains(.bareCarriageReturns) else { continue }
            let fromFile = try parser.parseAsFile(raw)
            #expect(fromFile.messageID == message.messageID && fromFile.references == message.references)
            #expect(fromFile.subject == message.subject && fromFile.to == message.to)
            #expect(fromFile.headerRange == message.headerRange)
        }
    }
}
