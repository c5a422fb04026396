import Foundation
import Testing

@testable import MIME

@Suite("mime4j's corpus", .enabled(if: Corpora.isToBeTested("mime4j"), "the corpus mime4j is absent"))
struct Mime4jCorpusTests {
    static let files = Corpora.files("mime4j", ending: ".msg")

    @Test("the corpus is there, and every listed difference names a file of it")
    func corpus() {
        #expect(!Self.files.isEmpty)
        #expect(Set(Mime4jDifferences.listed.keys).subtracting(Self.files).isEmpty)
    }

    @Test(
        "every message has the fields and the contents that mime4j finds, or differs in a way that is listed",
        arguments: files)
    func asExpected(_ file: String) throws {
        // given
        let raw = try Corpora.bytes("mime4j", file)
        let expected = try ExpectedParts(corpus: "mime4j", message: file)
        // when
        let contents = ExpectedParts.contents(of: raw)
        let names = ExpectedParts.fieldNames(of: raw)
        // then
        let listed = Mime4jDifferences.listed[file]
        #expect((names != expected.fieldNames) == (listed?.fields ?? false), "\(names), not \(expected.fieldNames)")
        #expect(
            (contents != expected.contents) == (listed?.contents ?? false),
            "\(contents.map(\.count)) bytes, not \(expected.contents.map(\.count))")
    }
}
