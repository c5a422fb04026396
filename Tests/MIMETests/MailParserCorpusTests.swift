import Foundation
import Testing

@testable import MIME

@Suite("mail-parser's corpus", .enabled(if: Corpora.isToBeTested("mail-parser"), "the corpus mail-parser is absent"))
struct MailParserCorpusTests {
    static let files = Corpora.files("mail-parser", ending: ".eml")

    @Test("the corpus is there, and every listed difference names a file of it")
    func corpus() {
        #expect(!Self.files.isEmpty)
        #expect(Set(MailParserDifferences.listed.keys).subtracting(Self.files).isEmpty)
    }

    @Test(
        "every message parses as mail-parser says, or differs in a way that is listed with its reason", arguments: files
    )
    func asExpected(_ file: String) throws {
        // given the message with either line end, and the parse expected of each
        let raw = try Corpora.bytes("mail-parser", file)
        let bare = raw.filter { $0 != 0x0D }
        let stem = String(file.dropLast(4))
        let variants: [(String, [UInt8])] = [
            ("\(stem).json", bare),
            ("\(stem).crlf.json", withCRLF(raw)),
        ]
        // As it lies in the corpus, with mixed line ends, it must at least parse.
        _ = MessageParser().parse(raw)
        var found: [String: String] = [:]
        for (name, bytes) in variants {
            let expected = try ExpectedMessage(data: Data(try Corpora.bytes("mail-parser", name)))
            // when
            let message = MessageParser().parse(bytes)
            // then
            for (field, text) in expected.differences(from: message, raw: bytes) { found[field] = "\(name): \(text)" }
        }
        let listed = MailParserDifferences.listed[file]?.fields ?? []
        #expect(Set(found.keys) == listed, "\(found.filter { !listed.contains($0.key) })")
    }

    private func withCRLF(_ raw: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for byte in raw {
            if byte == 0x0A, out.last != 0x0D { out.append(0x0D) }
            out.append(byte)
        }
        return out
    }
}
