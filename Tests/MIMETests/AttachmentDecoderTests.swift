import Testing

@testable import MIME

@Suite("Decoding an attachment")
struct AttachmentDecoderTests {
    @Test(
        "cut at every byte, the same file comes out",
        arguments: [
            (TransferEncoding.base64, "aGVsbG8g\r\nd29ybGQ=\r\n", "hello world"),
            (.quotedPrintable, "hel=6C=\r\no =\r\nworld=21", "hello world!"),
            (.identity, "hello\r\nworld", "hello\r\nworld"),
            (.uuencode, "begin 644 x\n+:&5L;&\\@=V]R;&0`\n`\nend\n", "hello world"),
        ])
    func splits(encoding: TransferEncoding, encoded: String, expected: String) {
        let bytes = Array(encoded.utf8)
        for cut in 0...bytes.count {
            var decoder = AttachmentDecoder(encoding)
            let first = Array(bytes[..<cut]).withUnsafeBytes { decoder.decode($0) }
            let second = Array(bytes[cut...]).withUnsafeBytes { decoder.decode($0) }
            #expect(String(decoding: first + second + decoder.finish(), as: UTF8.self) == expected, "cut at \(cut)")
        }
    }
}
