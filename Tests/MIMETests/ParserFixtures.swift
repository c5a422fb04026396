import MailModel

@testable import MIME

extension MessageParser {
    /// Parses bytes that a test holds as an array.
    func parse(_ bytes: [UInt8]) -> ParsedMessage { bytes.withUnsafeBytes { parse($0) } }

    /// Parses text with CRLF line ends, as mail has them.
    func parse(_ text: String) -> ParsedMessage {
        parse(Array(text.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n").utf8))
    }
}

extension ParsedAttachment {
    /// The attachment's file, from the raw message.
    func content(in raw: [UInt8]) -> [UInt8] {
        var decoder = AttachmentDecoder(transferEncoding)
        return raw[bodyRange].withUnsafeBytes { decoder.decode($0) } + decoder.finish()
    }
}
