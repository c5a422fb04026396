import Testing

@testable import MIME

@Suite("Bounds of a parse")
struct BoundsTests {
    private func nested(_ depth: Int) -> [UInt8] {
        var raw = ""
        for level in 0..<depth { raw += "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n" }
        return Array((raw + "Content-Type: text/plain\n\ndeep\n").utf8)
    }

    @Test(
        "multiparts nested to the bound are read; deeper ones are marked and the rest is kept",
        arguments: [49, 50, 51, 400, 5_000])
    func depth(_ depth: Int) {
        let message = MessageParser().parse(nested(depth))
        #expect((message.text == "deep\n") == (depth <= 50))
        #expect(message.marks.contains(.depthExceeded) == (depth > 50))
    }

    @Test("parts beyond the bound are not listed, and their lack is marked", arguments: [999, 1_000, 1_001, 30_000])
    func parts(_ count: Int) {
        var raw = "Content-Type: multipart/mixed; boundary=b\n\n"
        for _ in 0..<count { raw += "--b\nContent-Type: application/x\n\nx\n" }
        let message = MessageParser().parse(Array((raw + "--b--\n").utf8))
        #expect(message.attachments.count == min(count, 1_000))
        #expect(message.marks.contains(.partsExceeded) == (count > 1_000))
    }

    @Test("header fields beyond the bound are not read, and the body still is", arguments: [9_998, 9_999, 20_000])
    func headers(_ count: Int) {
        let fields = String(repeating: "X-A: b\n", count: count)
        let message = MessageParser().parse(Array(("Subject: first\n" + fields + "To: last@example.com\n\nbody").utf8))
        #expect(message.subject == "first")
        #expect(message.to.isEmpty == (count > 9_998))
        #expect(message.text == "body")
        #expect(message.marks.contains(.headersExceeded) == (count > 9_998))
    }

    @Test("a header over its bound in bytes still leaves the parts readable, at their places in the raw message")
    func headerBytes() throws {
        let raw = Array(
            ("Subject: first\nContent-Type: multipart/mixed; boundary=b\nX-Long: "
                + String(repeating: "a", count: 1_100_000)
                + "\nTo: last@example.com\n\n--b\nContent-Type: text/plain\n\nhello\n--b\nContent-Type: application/x\n\nfile\n--b--\n")
                .utf8)
        let message = MessageParser().parse(raw)
        #expect(message.marks.contains(.headersExceeded))
        #expect(message.subject == "first")
        #expect(message.text == "hello")
        #expect(message.attachments.map { String(decoding: $0.content(in: raw), as: UTF8.self) } == ["file"])
        #expect(try MessageParser().parseAsFile(raw) == message)
    }

    @Test(
        "a flood of boundary lines, or a part's header without an end, is cut before GMime sees it",
        arguments: [
            (String(repeating: "--b\n", count: 200_000), ParseMark.partsExceeded),
            ("--b\n" + String(repeating: "a:\n", count: 200_000), .headersExceeded),
        ])
    func floods(body: String, mark: ParseMark) {
        let message = MessageParser().parse(Array(("Content-Type: multipart/mixed; boundary=b\n\n" + body).utf8))
        #expect(message.marks.contains(mark))
    }

    @Test("attached messages, however deep, are one attachment")
    func nestedMessages() {
        let raw = Array(String(repeating: "Content-Type: message/rfc822\n\n", count: 5_000).utf8)
        let message = MessageParser().parse(raw)
        #expect(message.attachments.map(\.contentType) == ["message/rfc822"])
    }
}
