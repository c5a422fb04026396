import Glibc

/// Walks the fields of a header block in place: no copy, no string, one pass.
///
/// Tolerant as mail demands: line ends may be LF or CRLF, a line that is no field is passed over, and a block whose
/// blank line is missing ends where its fields do.
struct HeaderScanner {
    /// One field; the value has its folds and the white space about it still in.
    struct Field {
        let name: UnsafeRawBufferPointer
        let value: UnsafeRawBufferPointer
    }

    private let bytes: UnsafeRawBufferPointer
    private var position: Int
    /// Where the header began: past an mbox `From ` line and blank lines before it.
    let start: Int
    /// Where the last field or the passed-over line ended.
    private(set) var end: Int
    /// The first byte after the blank line; `nil` while scanning, or where the bytes end before a blank line.
    private(set) var bodyStart: Int?
    private var sawField = false

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        position = Self.skipPreamble(bytes)
        start = position
        end = position
    }

    /// Past a byte order mark and an mbox separator (RFC 4155), also one quoted by `>`.
    private static func skipPreamble(_ bytes: UnsafeRawBufferPointer) -> Int {
        var at = 0
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { at = 3 }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[at...])
        guard rest.hasPrefixIgnoringCase("from ") || rest.hasPrefixIgnoringCase(">from ") else { return at }
        // "From : x" is a field with a stray blank (RFC 5322 §4.5), not a separator.
        guard let line = lineEnd(bytes, from: at) else { return at }
        if let next = rest.dropFirst(5).first(where: { $0 != 0x20 && $0 != 0x09 }), next == UInt8(ascii: ":") {
            return at
        }
        return line
    }

    /// The index past the next LF; `nil` where there is none.
    private static func lineEnd(_ bytes: UnsafeRawBufferPointer, from: Int) -> Int? {
        guard from < bytes.count, let base = bytes.baseAddress else { return nil }
        guard let found = memchr(base + from, 0x0A, bytes.count - from) else { return nil }
        return UnsafeRawPointer(found) - base + 1
    }

    /// The next field; `nil` at the end of the block.
    mutating func next() -> Field? {
        guard bodyStart == nil else { return nil }
        while position < bytes.count {
            let lineStart = position
            let lineEnd = Self.lineEnd(bytes, from: lineStart) ?? bytes.count
            if isBlank(lineStart, lineEnd) {
                bodyStart = lineEnd
                return nil
            }
            guard let colon = nameEnd(lineStart, lineEnd) else {
                // Some mailers forget the blank line: after fields, what is no field begins the body, unless a
                // field follows it at once.
                if sawField, !isField(lineEnd) {
                    bodyStart = lineStart
                    return nil
                }
                position = lineEnd
                continue
            }
            var valueEnd = lineEnd
            while valueEnd < bytes.count, bytes[valueEnd] == 0x20 || bytes[valueEnd] == 0x09 {
                let next = Self.lineEnd(bytes, from: valueEnd) ?? bytes.count
                valueEnd = next
            }
            position = valueEnd
            end = valueEnd
            sawField = true
            var nameEnd = colon
            while nameEnd > lineStart, bytes[nameEnd - 1].isHeaderSpace { nameEnd -= 1 }
            return Field(
                name: UnsafeRawBufferPointer(rebasing: bytes[lineStart..<nameEnd]),
                value: UnsafeRawBufferPointer(rebasing: bytes[(colon + 1)..<valueEnd])
            )
        }
        return nil
    }

    private func isField(_ low: Int) -> Bool {
        guard low < bytes.count else { return false }
        return nameEnd(low, Self.lineEnd(bytes, from: low) ?? bytes.count) != nil
    }

    private func isBlank(_ low: Int, _ high: Int) -> Bool {
        let first = bytes[low]
        return first == 0x0A || (first == 0x0D && high - low == 2 && bytes[low + 1] == 0x0A)
    }

    /// The index of the colon, where the line begins with a field's name (RFC 5322 §2.2; white space before the colon
    /// as §4.5 allows).
    private func nameEnd(_ low: Int, _ high: Int) -> Int? {
        var index = low
        while index < high {
            let byte = bytes[index]
            if byte == UInt8(ascii: ":") { return index > low ? index : nil }
            if byte <= 0x20 || byte == 0x7F {
                while index < high, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
                return index < high && index > low && bytes[index] == UInt8(ascii: ":") && bytes[low] > 0x20
                    ? index : nil
            }
            index += 1
        }
        return nil
    }
}
