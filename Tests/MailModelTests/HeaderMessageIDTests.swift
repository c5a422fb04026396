import MailModel
import Testing

@Suite("Message ids of headers")
struct HeaderMessageIDTests {
    @Test(
        "ids are read out of whatever a header has around them",
        arguments: [
            ("<a@b>", ["a@b"]),
            (" <a@b>\r\n\t<c@d> ", ["a@b", "c@d"]),
            ("<a@b><c@d>", ["a@b", "c@d"]),
            ("Your message of Friday <a@b> (comment)", ["a@b"]),
            ("Message from <x y z@b>", ["xyz@b"]),
            ("<folded\r\n @b>", ["folded@b"]),
            ("<<a@b>>", ["a@b"]),
            ("<unfinished@b", []),
            ("<>", []),
            ("", []),
            ("   ", []),
            ("a@b c@d", ["a@b", "c@d"]),
            ("bare words", []),
            ("stray > <a@b>", ["a@b"]),
            ("<no-at-sign>", ["no-at-sign"]),
            ("<nul\u{0}@b>", ["nul@b"]),
            ("nul\u{0}@b", ["nul@b"]),
        ])
    func parses(header: String, expected: [String]) {
        #expect(HeaderMessageID.parse(header).map(\.rawValue) == expected)
    }

    @Test("ids differ by case, and by bytes where Unicode calls them equivalent")
    func comparesBytes() throws {
        let upper = try #require(HeaderMessageID(rawValue: "A@b"))
        let lower = try #require(HeaderMessageID(rawValue: "a@b"))
        let composed = try #require(HeaderMessageID(rawValue: "\u{E9}@b"))
        let decomposed = try #require(HeaderMessageID(rawValue: "e\u{301}@b"))
        #expect(upper != lower)
        #expect(upper < lower)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
    }

    @Test("an id is 1 to 998 octets long, the longest line that mail has")
    func bounds() {
        #expect(HeaderMessageID(rawValue: "") == nil)
        #expect(HeaderMessageID(rawValue: String(repeating: "x", count: 998)) != nil)
        #expect(HeaderMessageID(rawValue: String(repeating: "x", count: 999)) == nil)
        #expect(HeaderMessageID.parse("<\(String(repeating: "x", count: 999))> <a@b>").map(\.rawValue) == ["a@b"])
    }
}
