import Glibc
import MailModel
import Testing

@testable import MIME

extension MessageParser {
    /// Parses bytes that a test holds as an array.
    func parse(_ bytes: [UInt8]) -> ParsedMessage { bytes.withUnsafeBytes { parse($0) } }

    /// Parses text with CRLF line ends, as mail has them.
    func parse(_ text: String) -> ParsedMessage {
        parse(Array(text.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n").utf8))
    }
}

extension MessageParser {
    /// Parses the same bytes from a file that is gone when this returns.
    func parseAsFile(_ bytes: [UInt8]) throws -> ParsedMessage {
        let file = try #require(tmpfile())
        defer { fclose(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(fileno(file), $0.baseAddress! + written, bytes.count - written) }
            try #require(count > 0)
            written += count
        }
        return parse(fileDescriptor: fileno(file), length: bytes.count)
    }
}

extension ParsedAttachment {
    /// The attachment's file, from the raw message.
    func content(in raw: [UInt8]) -> [UInt8] {
        var decoder = AttachmentDecoder(transferEncoding)
        return raw[bodyRange].withUnsafeBytes { decoder.decode($0) } + decoder.finish()
    }
}
