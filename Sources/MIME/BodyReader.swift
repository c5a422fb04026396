import CGMime
import Glibc
import MailModel

/// Fills in what comes of the parts: text, HTML, snippet and the list of attachments.
struct BodyReader {
    let source: ByteSource
    let limits: ParseLimits
    let charsets: CharsetDecoder

    func fill(_ message: inout ParsedMessage, from root: MessagePart) {
        let selection = BodySelection(root)
        message.text = join(selection.text, as: .plain, &message.marks)
        message.html = join(selection.html, as: .html, &message.marks)
        let shown = Set((selection.text + selection.html).lazy.filter { $0.isPlainText || $0.isHTML }.map(\.path))
        for leaf in root.leaves where !shown.contains(leaf.path) { message.attachments.append(attachment(leaf)) }
        message.snippet = snippet(message)
    }

    private enum Side { case plain, html }

    /// The parts of one side, one after another. `nil` where none of them is of that kind: then there's nothing to
    /// show that the other side hasn't.
    private func join(_ leaves: [MessagePart.Leaf], as side: Side, _ marks: inout Set<ParseMark>) -> String? {
        guard leaves.contains(where: { side == .plain ? $0.isPlainText : $0.isHTML }) else { return nil }
        var out: String?
        for leaf in leaves where leaf.isPlainText || leaf.isHTML {
            let room = limits.textBytes - (out?.utf8.count ?? 0)
            guard room > 0 else {
                marks.insert(.truncatedText)
                break
            }
            var text = decode(leaf, limit: room, &marks)
            switch side {
            case .plain: if leaf.isHTML { text = HTMLText.strip(text) }
            case .html: if leaf.isPlainText { text = Self.escaped(text) }
            }
            if let before = out {
                out = before.isEmpty || before.utf8.last == 0x0A ? before + text : before + "\n" + text
            } else {
                out = text
            }
        }
        return out
    }

    private static func escaped(_ text: String) -> String {
        var out = "<pre>"
        out.reserveCapacity(text.utf8.count + 16)
        for character in text.unicodeScalars {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            default: out.unicodeScalars.append(character)
            }
        }
        return out + "</pre>"
    }

    /// The part's text, at most `limit` bytes before the charset is undone.
    private func decode(_ leaf: MessagePart.Leaf, limit: Int, _ marks: inout Set<ParseMark>) -> String {
        // Encoded, a text is longer: base64 by 37 in 27 with its line ends, quoted-printable threefold at most.
        let most: Int
        switch leaf.encoding {
        case .identity: most = limit + 1
        case .base64, .uuencode: most = limit / 2 * 3 + 1_024
        case .quotedPrintable: most = limit * 3 + 1_024
        }
        let range = leaf.range.lowerBound..<min(leaf.range.upperBound, leaf.range.lowerBound + most)
        let charset = leaf.charset.map { Charset(name: $0) } ?? .ascii
        var truncated = range.count < leaf.range.count
        let result = source.withBytes(range) { raw -> CharsetDecoder.Result in
            if raw.count < range.count { marks.insert(.unreadable) }
            if leaf.encoding == .identity {
                truncated = truncated || raw.count > limit
                return charsets.decode(
                    UnsafeRawBufferPointer(rebasing: raw.prefix(limit)), charset: charset, truncated: truncated)
            }
            if leaf.encoding == .base64, !raw.isBase64 { marks.insert(.invalidBase64) }
            return TransferDecoding.decode(raw, leaf.encoding).withUnsafeBytes { decoded in
                truncated = truncated || decoded.count > limit
                return charsets.decode(
                    UnsafeRawBufferPointer(rebasing: decoded.prefix(limit)), charset: charset, truncated: truncated)
            }
        }
        if truncated { marks.insert(.truncatedText) }
        if result.repaired { marks.insert(.charsetRepaired) }
        if result.unknown { marks.insert(.charsetUnknown) }
        if result.hadNUL { marks.insert(.nulBytes) }
        return result.text
    }

    private func snippet(_ message: ParsedMessage) -> String {
        if let text = message.text {
            let snippet = Snippet.of(text, limit: limits.snippetCharacters)
            if !snippet.isEmpty { return snippet }
        }
        guard let html = message.html else { return "" }
        let text = HTMLText.strip(html, limit: limits.snippetCharacters * 16, inputLimit: 256 << 10)
        return Snippet.of(text, limit: limits.snippetCharacters)
    }

    private func attachment(_ leaf: MessagePart.Leaf) -> ParsedAttachment {
        var out = ParsedAttachment(
            partPath: leaf.path, filename: leaf.filename, contentType: leaf.contentType, disposition: leaf.disposition,
            contentID: leaf.contentID, charset: leaf.charset, transferEncoding: leaf.encoding, bodyRange: leaf.range,
            decodedSize: decodedSize(leaf),
            isInline: leaf.disposition == "inline"
                || (leaf.isRelated && leaf.contentID != nil && leaf.disposition != "attachment"))
        if out.isMessage, leaf.encoding == .identity {
            let head = leaf.range.lowerBound..<min(leaf.range.upperBound, leaf.range.lowerBound + 64 << 10)
            out.attachedMessageID = source.withBytes(head) { bytes in
                var scanner = HeaderScanner(bytes)
                while let field = scanner.next() {
                    if HeaderName(field.name) == .messageID, let id = MessageIDScanner.first(in: field.value) {
                        return id
                    }
                }
                return nil
            }
        }
        return out
    }

    private func decodedSize(_ leaf: MessagePart.Leaf) -> Int {
        let count = leaf.range.count
        switch leaf.encoding {
        case .identity, .quotedPrintable: return count
        case .uuencode: return count / 62 * 45
        case .base64: break
        }
        guard count > 0 else { return 0 }
        let first = leaf.range.lowerBound..<min(leaf.range.upperBound, leaf.range.lowerBound + 1_024)
        let (digits, line) = source.withBytes(first) { bytes -> (Int, Int) in
            guard let end = bytes.firstIndex(of: 0x0A) else { return (count, count) }
            return (end > 0 && bytes[end - 1] == 0x0D ? end - 1 : end, end + 1)
        }
        let tail = source.withBytes(max(leaf.range.lowerBound, leaf.range.upperBound - 8)..<leaf.range.upperBound) {
            bytes in
            (padding: bytes.count { $0 == UInt8(ascii: "=") }, ends: bytes.reversed().prefix { $0.isHeaderSpace }.count)
        }
        let length = count - tail.ends
        let characters = length / line * digits + min(length % line, digits)
        return max(0, characters / 4 * 3 + characters % 4 * 3 / 4 - tail.padding)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether all bytes are base64's or white space.
    fileprivate var isBase64: Bool {
        allSatisfy { byte in
            (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
                || byte == UInt8(ascii: "=") || byte.isHeaderSpace
        }
    }
}
