import MailModel
import Testing

@testable import MIME

@Suite("Header fields of a sweep")
struct HeaderFieldsTests {
    private func read(_ text: String) -> HeaderFields {
        Array(text.utf8).withUnsafeBytes { HeaderFieldsReader().read($0) }
    }

    @Test("the reply to a HEADER.FIELDS fetch is read, folded and in any case")
    func fields() {
        let fields = read(
            "MESSAGE-ID: <a@x>\r\nIn-Reply-To:\r\n <b@x>\r\nReferences: <c@x>\r\n\t<b@x>\r\nSubject: =?utf-8?B?7JWI?=\r\n\r\n"
        )
        #expect(fields.messageID?.rawValue == "a@x")
        #expect(fields.inReplyTo.map(\.rawValue) == ["b@x"])
        #expect(fields.references.map(\.rawValue) == ["c@x", "b@x"])
        #expect(fields.subject == "안")
        #expect(fields.threadIndexRoot == nil)
    }

    @Test("an empty reply gives nothing")
    func empty() {
        #expect(read("") == HeaderFields())
        #expect(read("\r\n") == HeaderFields())
    }

    @Test(
        "ids in raw bytes are read as the model reads them in text",
        arguments: [
            "<a@b>", "<a@b> <c@d>", "comment <a@b> \"x\" <c@d>", "a@b c@d", "word", "<>", "<a\r\n b@c>", "<unclosed",
            "<<a@b>>",
            "x> <a@b>", "",
        ])
    func sameAsModel(value: String) {
        let found = Array(value.utf8).withUnsafeBytes { MessageIDScanner.ids(in: $0) }
        #expect(found == HeaderMessageID.parse(value))
    }

    @Test("all messages of an Exchange conversation share a Thread-Index root of 22 bytes")
    func threadIndex() {
        let first = "Thread-Index: AQHb6jQ7AbCdEfGhIjKlMnOpQrStUg==\r\n"
        let reply = "Thread-Index: AQHb6jQ7AbCdEfGhIjKlMnOpQrStUoAB\r\n AgME\r\n"
        let root = read(first).threadIndexRoot
        #expect(root?.count == 22)
        #expect(root == read(reply).threadIndexRoot)
        #expect(read("Thread-Index: AQHb\r\n").threadIndexRoot == nil)
        #expect(read("Thread-Index: not base64 at all!\r\n").threadIndexRoot == nil)
    }
}
