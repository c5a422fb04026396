/// One line of a body, without the marks that programs put around a block's lines: quotes, bold type, indents.
struct BlockLine {
    /// Without what surrounds it, and with white space folded to single blanks.
    let text: String
    /// Where it begins with a known label.
    let field: BlockField?
    /// What stands behind the label; the whole text where there is none.
    let value: String

    /// How much of one line is looked at, in bytes: a list of recipients may be as long as it likes.
    private static let limit = 4_096

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        text = Self.cleaned(bytes.prefix(Self.limit))
        guard let (label, rest) = Self.split(text), let field = BlockLabels.field(label) else {
            field = nil
            value = text
            return
        }
        self.field = field
        value = rest
    }

    var isEmpty: Bool { text.isEmpty }

    /// Whether it announces a forwarded message.
    var announcesForward: Bool {
        guard text.utf8.count <= 2 * BlockIntroductions.longest else { return false }
        let inner = Self.trimmed(text.unicodeScalars) { scalar in
            switch scalar {
            case "-", "_", "=", "*", "~", "<", ">", "[", "]", "(", ")", "{", "}", ":", "：", ".", "。", "—", "–", "#",
                " ":
                true
            default: false
            }
        }
        guard !inner.isEmpty, inner.utf8.count <= BlockIntroductions.longest else { return false }
        return BlockIntroductions.announcesForward(FoldedText.fold(inner))
    }

    /// Whether a line can begin a block or announce one, judged by its bytes: it has a colon near its beginning, or
    /// begins with a mark. Most lines of most messages have neither, and are passed over without being taken apart.
    static func mayMatter(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var isAtStart = true
        // The longest label, with a blank behind each of its letters, each of three bytes.
        for (index, byte) in bytes.prefix(4 * BlockLabels.longest).enumerated() {
            switch byte {
            case UInt8(ascii: ":"): return true
            // A full-width colon.
            case 0xEF:
                if isAtStart { return true }
                if index + 2 < bytes.count, bytes[index + 1] == 0xBC, bytes[index + 2] == 0x9A { return true }
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "="), UInt8(ascii: "["), UInt8(ascii: "*"),
                UInt8(ascii: "~"), UInt8(ascii: "#"):
                if isAtStart { return true }
            case 0x09, 0x20, UInt8(ascii: ">"), UInt8(ascii: "|"): continue
            // Dashes, blanks and byte order marks that aren't ASCII begin with these.
            case 0xC2, 0xE2:
                if isAtStart { return true }
            default: break
            }
            isAtStart = false
        }
        return false
    }

    private static func cleaned(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        if bytes.allSatisfy({ $0 < 0x80 }) { return cleaned(ascii: bytes) }
        var scalars = String.UnicodeScalarView()
        var pendsBlank = false
        var isAtStart = true
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if isAtStart, scalar == ">" || scalar == "|" || scalar == "*" || scalar == "│" { continue }
            if isInvisible(scalar) { continue }
            if isBlank(scalar) {
                pendsBlank = !isAtStart
                continue
            }
            if pendsBlank { scalars.append(" ") }
            pendsBlank = false
            isAtStart = false
            scalars.append(scalar)
        }
        return String(scalars)
    }

    private static func cleaned(ascii bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        String(unsafeUninitializedCapacity: bytes.count) { out in
            var count = 0
            var pendsBlank = false
            for byte in bytes {
                if count == 0, byte == UInt8(ascii: ">") || byte == UInt8(ascii: "|") || byte == UInt8(ascii: "*") {
                    continue
                }
                if byte <= 0x20 {
                    pendsBlank = count > 0
                    continue
                }
                if pendsBlank {
                    out[count] = 0x20
                    count += 1
                }
                pendsBlank = false
                out[count] = byte
                count += 1
            }
            return count
        }
    }

    /// White space and control characters. Asking for Unicode's property costs more than all the rest.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x20, 0x7F...0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Zero-width characters and direction marks.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200B...0x200F, 0x202A...0x202E, 0x2060, 0x2066...0x2069, 0xFEFF, 0xAD: true
        default: false
        }
    }

    /// The label as it is looked up, and what stands behind its colon.
    private static func split(_ text: String) -> (label: String, rest: String)? {
        let scalars = text.unicodeScalars
        var at = scalars.startIndex
        var length = 0
        while at < scalars.endIndex, scalars[at] != ":", scalars[at] != "：" {
            length += 1
            if length > BlockLabels.longest { return nil }
            at = scalars.index(after: at)
        }
        guard at < scalars.endIndex, length > 0 else { return nil }
        // Labels are spaced out in some languages: `主  题`, `De :`.
        var label = String.UnicodeScalarView()
        for scalar in scalars[..<at] where scalar != " " && scalar != "*" && scalar != "_" { label.append(scalar) }
        let rest = trimmed(scalars[scalars.index(after: at)...]) { $0 == " " || $0 == "*" }
        return (FoldedText.fold(String(label)), rest)
    }

    private static func trimmed<Text: BidirectionalCollection<Unicode.Scalar>>(
        _ scalars: Text, while isDropped: (Unicode.Scalar) -> Bool
    ) -> String {
        guard let first = scalars.firstIndex(where: { !isDropped($0) }),
            let last = scalars.lastIndex(where: { !isDropped($0) })
        else { return "" }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[first...last])
        return String(view)
    }
}
