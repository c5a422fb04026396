import MailModel
import Testing

@testable import MIME

@Suite("Charsets as mail means them")
struct CharsetTests {
    private func decode(_ bytes: [UInt8], _ name: String?) -> CharsetDecoder.Result {
        bytes.withUnsafeBytes { CharsetDecoder().decode($0, charset: name.map { Charset(name: $0) } ?? .ascii) }
    }

    // 똠방각하: the first syllable is in CP949 (0x8C63) and not in EUC-KR.
    private static let korean: [UInt8] = [0x8C, 0x63, 0xB9, 0xE6, 0xB0, 0xA2, 0xC7, 0xCF]

    @Test(
        "Korean labels all mean CP949",
        arguments: ["ks_c_5601-1987", "EUC-KR", "euc-kr", "CP949", "\"ks_c_5601-1987\"", "korean"])
    func korean(_ label: String) {
        #expect(decode(Self.korean, label).text == "똠방각하")
        #expect(!decode(Self.korean, label).repaired)
    }

    @Test("gb2312 means GB18030")
    func chinese() {
        // 镕 (U+9555) is in GBK and GB18030, not in GB 2312.
        #expect(decode([0xE9, 0x46], "gb2312").text == "镕")
    }

    @Test("Latin-1 means windows-1252", arguments: ["iso-8859-1", "ISO-8859-1", "latin1", "windows-1252"])
    func latin(_ label: String) {
        #expect(decode([0x93, 0x61, 0x94, 0x80, 0xFC], label).text == "“a”€ü")
    }

    @Test("eight-bit bytes without a charset are UTF-8 where they can be, Korean where they look it, else windows-1252")
    func unlabelled() {
        #expect(decode(Array("Grüße".utf8), nil).text == "Grüße")
        #expect(decode([0xBE, 0xC8, 0xB3, 0xE7, 0xC7, 0xCF, 0xBC, 0xBC, 0xBF, 0xE4], nil).text == "안녕하세요")
        #expect(decode([0x47, 0x72, 0xFC, 0xDF, 0x65], nil).text == "Grüße")
    }

    @Test("what is labelled UTF-8 and isn't is read by what its bytes show")
    func mislabelled() {
        #expect(decode([0x47, 0x72, 0xFC, 0xDF, 0x65], "utf-8").text == "Grüße")
        #expect(decode([0xBE, 0xC8, 0xB3, 0xE7, 0xC7, 0xCF], "utf-8").text == "안녕하")
        // One broken byte in good UTF-8 stays one broken byte.
        let result = decode(Array("안녕".utf8) + [0xFF] + Array("하세요".utf8), "utf-8")
        #expect(result.text == "안녕\u{FFFD}하세요")
        #expect(result.repaired)
    }

    @Test("an unknown charset is guessed and marked")
    func unknown() {
        let result = decode([0x47, 0x72, 0xFC, 0xDF, 0x65], "x-no-such-charset")
        #expect(result.text == "Grüße")
        #expect(result.unknown)
    }

    @Test("charsets that are not ASCII below 0x80 are converted")
    func stateful() {
        #expect(decode([0x1B, 0x24, 0x42, 0x46, 0x7C, 0x4B, 0x5C, 0x1B, 0x28, 0x42], "iso-2022-jp").text == "日本")
        #expect(decode(Array("Hi &AOQ-".utf8.map { $0 == 0x26 ? 0x2B : $0 }), "utf-7").text == "Hi ä")
    }

    @Test(
        "headers repair what is split, raw or mislabelled",
        arguments: [
            // One character split between two words (0xEC 0x95 | 0x88).
            ("=?utf-8?B?7JU=?= =?utf-8?B?iA==?=", "안"),
            // The same in CP949, folded between.
            ("=?ks_c_5601-1987?B?jA==?=\r\n =?ks_c_5601-1987?B?Yw==?=", "똠"),
            ("=?EUC-KR?Q?=B1=E8?= kim", "김 kim"),
            ("=?utf-8?Q?a?= =?utf-8?Q?b?= c", "ab c"),
            ("=?iso-8859-1?Q?=80?=", "€"),
            ("=?x-none?B?Z29vZA==?=", "good"),
            ("=?utf-8?X?no word?= stays", "=?utf-8?X?no word?= stays"),
            ("=?utf-8?Q?unclosed", "=?utf-8?Q?unclosed"),
            ("한글 그대로", "한글 그대로"),
            ("=?utf-8?Q?two words?= here", "two words here"),
            ("=?UTF-8*en?Q?lang?=", "lang"),
        ])
    func headers(value: String, expected: String) {
        var words = EncodedWords(charsets: CharsetDecoder())
        let text = Array(value.utf8).withUnsafeBytes { words.text($0) }
        #expect(text == expected)
    }

    @Test("a Korean sender in EUC-KR's label and beyond EUC-KR is read whole, comma and all")
    func koreanAddress() {
        // 똠, 방 with a comma inside the encoded word.
        let message = MessageParser().parse(
            "From: =?EUC-KR?B?jGMsILnm?= <a@example.com>\nTo: \"=?ks_c_5601-1987?B?jGM=?=\" <b@example.com>\n\n")
        #expect(message.from.first?.name == "똠, 방")
        #expect(message.to.first?.name == "똠")
    }

    @Test(
        "a file name in CP949 is read in either spelling",
        arguments: [
            "Content-Disposition: attachment; filename=\"=?EUC-KR?B?jGMuaHdw?=\"",
            "Content-Disposition: attachment; filename*=ks_c_5601-1987''%8C%63.hwp",
            "Content-Type: application/x; name=\"=?ks_c_5601-1987?B?jGMuaHdw?=\"",
        ])
    func koreanFile(field: String) {
        let message = MessageParser().parse(
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\(field)\nContent-Type: application/x\n\nx\n--b--\n"
                .replacing(
                    "Content-Type: application/x\n\nx",
                    with: field.hasPrefix("Content-Type") ? "\nx" : "Content-Type: application/x\n\nx"))
        #expect(message.attachments.first?.filename == "똠.hwp")
    }

    @Test(
        "file names lose their folders",
        arguments: [
            ("../../etc/passwd", "passwd"), ("C:\\TEMP\\a.txt", "a.txt"), ("..", nil), ("a\u{0}b", "ab"), ("", nil),
        ])
    func fileNames(name: String, expected: String?) {
        #expect(FileName.clean(name) == expected)
    }
}
