import Glibc
import MailModel
import Testing

@testable import MIME

@Suite("Parsing a message")
struct MessageParserTests {
    @Test("an empty message gives an empty result that says so")
    func empty() {
        let message = MessageParser().parse(UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(message.marks == [.noHeaders])
        #expect(message.text == nil)
        #expect(message.attachments.isEmpty)
    }

    @Test("the fields of the header are read, groups flattened, ids without brackets")
    func header() {
        let message = MessageParser().parse(
            """
            From: "Kim, Jiwoo" <jiwoo@example.com>
            To: Team: a@example.com, =?utf-8?Q?J=C3=BCrgen?= <b@example.com>;, c@example.com
            Cc: d@example.com (Dora)
            Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
             from afar
            Date: Tue, 1 Jul 2025 10:00:00 +0900 (KST)
            Message-ID: <one@example.com>
            In-Reply-To: <zero@example.com>
            References: <a@example.com>
             <zero@example.com>
            X-Forwarded-Message-Id: <original@example.com>
            List-Id: The list <list.example.com>

            Hello.
            """)
        #expect(message.from == [EmailAddress(name: "Kim, Jiwoo", address: "jiwoo@example.com")])
        #expect(message.to.map(\.address) == ["a@example.com", "b@example.com", "c@example.com"])
        #expect(message.to[1].name == "Jürgen")
        #expect(message.cc == [EmailAddress(name: "Dora", address: "d@example.com")])
        #expect(message.subject == "Grüße from afar")
        #expect(message.date?.instant?.rawValue == 1_751_331_600)
        #expect(message.date?.offsetMinutes == 540)
        #expect(message.messageID?.rawValue == "one@example.com")
        #expect(message.inReplyTo.map(\.rawValue) == ["zero@example.com"])
        #expect(message.references.map(\.rawValue) == ["a@example.com", "zero@example.com"])
        #expect(message.forwardedMessageIDs.map(\.rawValue) == ["original@example.com"])
        #expect(message.listID == "list.example.com")
        #expect(message.text == "Hello.")
        #expect(message.snippet == "Hello.")
        #expect(message.marks.isEmpty)
    }

    private static let mixed = """
        Subject: parts
        Content-Type: multipart/mixed; boundary=outer

        preamble
        --outer
        Content-Type: multipart/related; boundary=related

        --related
        Content-Type: multipart/alternative; boundary=inner

        --inner
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        Gr=C3=BC=C3=9Fe =
        und mehr
        --inner
        Content-Type: text/html; charset=utf-8

        <html><head><style>p { color: red }</style></head><body><p>Gr&uuml;&szlig;e</p></body></html>
        --inner--
        --related
        Content-Type: image/png
        Content-ID: <image@example.com>
        Content-Transfer-Encoding: base64

        iVBORw0KGgo=
        --related--
        --outer
        Content-Type: application/pdf
        Content-Disposition: attachment; filename*=utf-8''%EB%AC%B8%EC%84%9C.pdf
        Content-Transfer-Encoding: base64

        JVBERi0xLjQK
        JVBERi0xLjQ=
        --outer
        Content-Type: message/rfc822

        Message-ID: <inside@example.com>
        Subject: inside

        Not the message's own text.
        --outer--
        """

    @Test("text and HTML are the alternatives; everything else is an attachment under its IMAP section number")
    func parts() throws {
        // given
        let raw = Array(Self.mixed.replacing("\n", with: "\r\n").utf8)
        // when
        let message = MessageParser().parse(raw)
        // then
        #expect(message.text == "Grüße und mehr")
        #expect(message.html?.contains("<p>Gr&uuml;&szlig;e</p>") == true)
        #expect(message.attachments.map(\.partPath) == ["1.2", "2", "3"])
        #expect(message.attachments.map(\.contentType) == ["image/png", "application/pdf", "message/rfc822"])
        #expect(message.attachments.map(\.filename) == [nil, "문서.pdf", nil])
        #expect(message.attachments.map(\.isInline) == [true, false, false])
        #expect(message.attachments[0].contentID == "image@example.com")
        #expect(message.attachments[2].attachedMessageID?.rawValue == "inside@example.com")
        #expect(message.snippet == "Grüße und mehr")
    }

    @Test("an attachment's range holds exactly its encoded bytes, and its size is that of the file")
    func ranges() {
        let raw = Array(Self.mixed.replacing("\n", with: "\r\n").utf8)
        let message = MessageParser().parse(raw)
        let contents = message.attachments.map { $0.content(in: raw) }
        #expect(contents[0] == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        #expect(String(decoding: contents[1], as: UTF8.self) == "%PDF-1.4\n%PDF-1.4")
        #expect(String(decoding: contents[2], as: UTF8.self).hasSuffix("Not the message's own text."))
        #expect(zip(message.attachments, contents).allSatisfy { $0.decodedSize == $1.count })
    }

    @Test("mixed line ends cost a part neither a byte nor a stray one", arguments: ["\n", "\r\n"], ["\n", "\r\n"])
    func lineEnds(beforeBoundary: String, afterBoundary: String) {
        let raw =
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/x\n\nabc\(beforeBoundary)"
            + "--b--\(afterBoundary)"
        let message = MessageParser().parse(Array(raw.utf8))
        #expect(message.attachments.first?.content(in: Array(raw.utf8)) == Array("abc".utf8))
    }

    @Test("a file parses as the same bytes in memory do")
    func file() throws {
        // given
        let raw = Array(Self.mixed.replacing("\n", with: "\r\n").utf8)
        let stream = try #require(tmpfile())
        defer { fclose(stream) }
        let descriptor = fileno(stream)
        #expect(raw.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } == raw.count)
        // when
        let parser = MessageParser()
        let message = parser.parse(fileDescriptor: descriptor, length: raw.count)
        // then
        #expect(message == parser.parse(raw))
    }

    @Test("a file shorter than was said is parsed as far as it goes, and marked")
    func shortFile() throws {
        let raw = Array("Subject: short\r\n\r\ntext".utf8)
        let stream = try #require(tmpfile())
        defer { fclose(stream) }
        _ = raw.withUnsafeBytes { write(fileno(stream), $0.baseAddress, $0.count) }
        let message = MessageParser().parse(fileDescriptor: fileno(stream), length: 10_000)
        #expect(message.subject == "short")
        #expect(message.marks.contains(.unreadable))
    }

    @Test("an mbox separator before the header is passed over")
    func mbox() {
        let message = MessageParser().parse("From a@example.com Tue Jul  1 10:00:00 2025\nSubject: x\n\ntext")
        #expect(message.subject == "x")
        #expect(message.text == "text")
    }

    @Test("carriage returns alone are line ends too")
    func bareCR() {
        let message = MessageParser().parse(Array("Subject: mac\rTo: a@example.com\r\rtext\r".utf8))
        #expect(message.subject == "mac")
        #expect(message.text == "text\n")
        #expect(message.marks.contains(.bareCarriageReturns))
    }

    @Test("a boundary that the header doesn't tell is taken from the body")
    func guessedBoundary() {
        let message = MessageParser().parse(
            """
            Content-Type: multipart/mixed

            --xyz
            Content-Type: text/plain

            hello
            --xyz--
            """)
        #expect(message.text == "hello")
        #expect(message.marks.contains(.brokenBoundary))
    }

    @Test("NUL is taken out of every text and marked")
    func nul() {
        let message = MessageParser().parse(Array("Subject: a\0b\r\nMessage-ID: <i\0d@x>\r\n\r\nte\0xt".utf8))
        #expect(message.subject == "ab")
        #expect(message.messageID?.rawValue == "id@x")
        #expect(message.text == "text")
        #expect(message.marks.contains(.nulBytes))
    }

    @Test(
        "what marks a message as sent by a program",
        arguments: [
            ("Auto-Submitted: auto-replied (vacation)", AutoSubmitted.replied),
            ("Auto-Submitted: auto-generated", .generated),
            ("Auto-Submitted: no", AutoSubmitted()),
            ("Precedence: bulk", .precedenceBulk),
            ("Precedence: list", .precedenceList),
            ("Precedence: junk", .precedenceJunk),
            ("X-Auto-Response-Suppress: DR, OOF", .responseSuppressed),
            ("X-Auto-Response-Suppress: None", AutoSubmitted()),
            ("Return-Path: <>", .nullReturnPath),
            ("List-Id: <l.example.com>", .mailingList),
            ("Content-Type: multipart/report; boundary=b", .report),
        ])
    func autoSubmitted(field: String, expected: AutoSubmitted) {
        let message = MessageParser().parse("\(field)\n\n--b\nContent-Type: text/plain\n\nx\n--b--\n")
        #expect(message.autoSubmitted == expected)
    }

    @Test("text is cut at its bound at a whole character, and marked")
    func truncated() {
        var limits = ParseLimits()
        limits.textBytes = 10
        let message = MessageParser(limits: limits).parse("Content-Type: text/plain; charset=utf-8\n\n한국어문장입니다")
        #expect(message.text == "한국어")
        #expect(message.marks == [.truncatedText])
    }

    @Test("a snippet has white space folded and 200 characters at most, and comes from HTML where there is no text")
    func snippet() {
        let plain = MessageParser().parse("Subject: x\n\n  one\n\n two\t" + String(repeating: "가나다 ", count: 200))
        #expect(plain.snippet.hasPrefix("one two 가나다 가나다"))
        #expect(plain.snippet.count <= 200)
        let html = MessageParser().parse(
            "Content-Type: text/html\n\n<head><title>no</title></head><!-- no --><p>a &lt; b<br>c&nbsp;&#54620;</p>")
        #expect(html.snippet == "a < b c 한")
    }
}
