import CGMime

/// RFC 2047 encoded words, and the raw eight-bit text that stands where they should.
///
/// GMime reads encoded words too, but by the charset's name alone; the repairs of ``CharsetDecoder`` need the bytes.
/// So a value is *normalised* first, to UTF-8 alone, and GMime then finds addresses and parameters in what it
/// understands.
struct EncodedWords {
    let charsets: CharsetDecoder
    private(set) var repaired = false
    private(set) var hadNUL = false

    init(charsets: CharsetDecoder) { self.charsets = charsets }

    /// A run of adjacent words of one charset, decoded to bytes but not yet to text: a character may be split between
    /// two words (against RFC 2047 §5, and common).
    private struct Run {
        var charset: String
        var bytes: [UInt8]
    }

    /// Whether a value needs nothing but unfolding.
    static func isPlain(_ value: UnsafeRawBufferPointer) -> Bool {
        var previous: UInt8 = 0
        for byte in value {
            if byte >= 0x80 || byte == 0 || (byte == UInt8(ascii: "?") && previous == UInt8(ascii: "=")) {
                return false
            }
            previous = byte
        }
        return true
    }

    /// The text of an unstructured value: unfolded, trimmed, encoded words decoded.
    mutating func text(_ value: UnsafeRawBufferPointer) -> String {
        render(value.trimmed) { $0 }
    }

    /// The value with every encoded word and raw byte turned into UTF-8, as encoded words again, so that what is
    /// inside a word can't be taken for syntax.
    mutating func normalised(_ value: UnsafeRawBufferPointer) -> String {
        render(value.trimmed) { text in
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Self.specials.contains($0) })
                ? text : "=?utf-8?B?\(Base64.encode(text.utf8))?="
        }
    }

    private static let specials = Set(#"()<>[]:;@\,."?=_"#.utf8)

    private mutating func render(_ value: UnsafeRawBufferPointer, word: (String) -> String) -> String {
        if Self.isPlain(value) { return Self.unfolded(value) }
        var out = ""
        out.reserveCapacity(value.count)
        var literal = 0
        var run: Run?
        var index = 0
        while index < value.count {
            guard value[index] == UInt8(ascii: "="), index + 1 < value.count, value[index + 1] == UInt8(ascii: "?"),
                let found = Self.word(value, at: index)
            else {
                index += 1
                continue
            }
            // White space between two words is not shown (RFC 2047 §6.2).
            let between = UnsafeRawBufferPointer(rebasing: value[literal..<index])
            if let open = run, between.allSatisfy(\.isHeaderSpace) {
                if open.charset == found.charset {
                    run?.bytes.append(contentsOf: found.bytes)
                } else {
                    out += word(decoded(open))
                    run = Run(charset: found.charset, bytes: found.bytes)
                }
            } else {
                if let open = run { out += word(decoded(open)) }
                out += raw(between)
                run = Run(charset: found.charset, bytes: found.bytes)
            }
            index = found.end
            literal = index
        }
        if let open = run { out += word(decoded(open)) }
        out += raw(UnsafeRawBufferPointer(rebasing: value[literal...]))
        return out
    }

    private mutating func decoded(_ run: Run) -> String {
        let result = run.bytes.withUnsafeBytes { charsets.decode($0, charset: Charset(name: run.charset)) }
        note(result)
        // A word may smuggle line ends in; no header's text has them.
        guard result.text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return result.text }
        return String(
            String.UnicodeScalarView(result.text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }

    private mutating func raw(_ bytes: UnsafeRawBufferPointer) -> String {
        if bytes.isASCII && !bytes.contains(0) { return Self.unfolded(bytes) }
        let result = charsets.decode(bytes, charset: .ascii)
        note(result)
        var text = result.text
        return text.withUTF8 { Self.unfolded(UnsafeRawBufferPointer($0)) }
    }

    private mutating func note(_ result: CharsetDecoder.Result) {
        if result.repaired || result.unknown { repaired = true }
        if result.hadNUL { hadNUL = true }
    }

    /// Takes line ends out (RFC 5322 §2.2.3). A run of bare CRs is white space too.
    static func unfolded(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return String(decoding: bytes, as: UTF8.self) }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == 0x0A || byte == 0x0D else {
                out.append(byte)
                continue
            }
            // The line end goes, the white space that folded the line stays; tabs of it become one space.
            while index < bytes.count, bytes[index].isHeaderSpace { index += 1 }
            while let last = out.last, last == 0x20 || last == 0x09 { out.removeLast() }
            out.append(0x20)
        }
        return String(decoding: out, as: UTF8.self)
    }

    private struct Word {
        var charset: String
        var bytes: [UInt8]
        var end: Int
    }

    /// The word that begins at `=?`; tolerant of spaces within Q text and of missing padding.
    private static func word(_ value: UnsafeRawBufferPointer, at start: Int) -> Word? {
        let mark = UInt8(ascii: "?")
        var index = start + 2
        let charsetStart = index
        while index < value.count, value[index] != mark {
            guard value[index] > 0x20, value[index] < 0x7F, value[index] != UInt8(ascii: "=") else { return nil }
            index += 1
        }
        guard index > charsetStart, index - charsetStart <= 64, index + 2 < value.count, value[index + 2] == mark
        else { return nil }
        // RFC 2231 §5 lets a language follow the charset.
        let name = value[charsetStart..<index].prefix { $0 != UInt8(ascii: "*") }
        let kind = value[index + 1] | 0x20
        let textStart = index + 3
        index = textStart
        while true {
            guard index + 1 < value.count else { return nil }
            if value[index] == mark, value[index + 1] == UInt8(ascii: "=") {
                // `?==41…`: in Q text the first octet may itself begin with `=`; the word ends at a later `?=`.
                break
            }
            index += 1
        }
        if kind == UInt8(ascii: "q"), index == textStart, index + 3 < value.count, value[index + 2].isHexDigit {
            return nil
        }
        let text = UnsafeRawBufferPointer(rebasing: value[textStart..<index])
        let bytes: [UInt8]
        switch kind {
        case UInt8(ascii: "b"): bytes = TransferDecoding.decode(text, .base64)
        case UInt8(ascii: "q"): bytes = decodeQ(text)
        default: return nil
        }
        return Word(charset: String(decoding: name, as: UTF8.self).lowercased(), bytes: bytes, end: index + 2)
    }

    private static func decodeQ(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            index += 1
            switch byte {
            case UInt8(ascii: "_"):
                out.append(0x20)
            case UInt8(ascii: "="):
                if index + 1 < text.count, let high = text[index].hexValue, let low = text[index + 1].hexValue {
                    out.append(high << 4 | low)
                    index += 2
                } else {
                    out.append(byte)
                }
            case 0x0A, 0x0D:
                continue
            default:
                out.append(byte)
            }
        }
        return out
    }
}

extension UInt8 {
    var hexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    var isHexDigit: Bool { hexValue != nil }
}
