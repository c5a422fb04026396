import IMAPCore
import MailModel
import Testing

@Suite("Folder names")
struct FolderNameTests {
    @Test(
        "modified UTF-7 is read and written",
        arguments: [
            ("INBOX", "INBOX"), ("Entw&APw-rfe", "Entwürfe"), ("A&-B", "A&B"), ("&ZeVnLIqe-", "日本語"),
            ("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"), ("&2D3cTA-", "👌"), ("", ""),
        ])
    func utf7(wire: String, text: String) {
        #expect(ModifiedUTF7.decode(wire.utf8) == text)
        #expect(ModifiedUTF7.encode(text) == Array(wire.utf8))
    }

    @Test(
        "what is no modified UTF-7 is not guessed at",
        arguments: ["Q&A", "&", "&AB", "&2D0-", "&A-", "&APx-", "ü", "&A=-"])
    func notUTF7(wire: String) {
        #expect(ModifiedUTF7.decode(wire.utf8) == nil)
    }

    @Test("every text survives writing and reading")
    func roundTrip() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<500 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                scalars.append(Unicode.Scalar(UInt32.random(in: 1..<0x11_0000, using: &random)) ?? "&")
            }
            #expect(ModifiedUTF7.decode(ModifiedUTF7.encode(String(scalars))) == String(scalars))
        }
    }

    @Test("14: a name in UTF-8, Latin-1 or with control characters is shown, and its octets are kept")
    func odd() {
        let utf8 = FolderPath(raw: Array("Q&A/Größe".utf8), delimiter: UInt8(ascii: "/"))
        #expect(utf8.display == "Q&A/Größe")
        let latin = FolderPath(raw: [0x47, 0xF6], delimiter: nil)
        #expect(latin.display == "Gö")
        #expect(latin.raw == [0x47, 0xF6])
        let control = FolderPath(raw: [0x61, 0x07, 0x62], delimiter: nil)
        #expect(control.display == "a·b")
        #expect(control.raw == [0x61, 0x07, 0x62])
    }

    @Test("levels are joined by / whatever the server's delimiter is")
    func delimiters() {
        let dotted = FolderPath(raw: Array("INBOX.a/b.c".utf8), delimiter: UInt8(ascii: "."))
        #expect(dotted.display == "INBOX/a\u{2215}b/c")
        #expect(FolderPath(display: dotted.display, delimiter: UInt8(ascii: "."))?.raw == dotted.raw)
        #expect(FolderPath(display: "a/b", delimiter: nil) == nil)
        #expect(FolderPath(display: "a.b", delimiter: UInt8(ascii: ".")) == nil)
        #expect(FolderPath(display: "a\r\nb", delimiter: nil) == nil)
        #expect(FolderPath(raw: Array("Inbox".utf8), delimiter: nil).isInbox)
    }

    @Test(
        "a role comes from SPECIAL-USE, else from a name in many languages",
        arguments: [
            ("INBOX", [], .inbox), ("Foo", ["\\sent"], .sent), ("[Gmail]/Alle Nachrichten", [], .all),
            ("Gesendete Elemente", [], .sent), ("INBOX/Papierkorb", [], .trash), ("Корзина", [], .trash),
            ("Courrier indésirable", [], .junk), ("Borradores", ["\\hasnochildren"], .drafts),
            ("Archive", [], .archive),
            ("Projects/Sent", [], nil), ("Sent Items", ["\\drafts"], .drafts), ("Customers", [], nil),
        ] as [(String, [String], FolderRole?)])
    func roles(name: String, attributes: [String], role: FolderRole?) {
        let path = FolderPath(raw: ModifiedUTF7.encode(name), delimiter: UInt8(ascii: "/"))
        #expect(FolderRole(path: path, attributes: Set(attributes)) == role)
    }
}
