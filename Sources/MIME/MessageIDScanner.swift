import MailModel

/// Reads message ids out of a header's raw value, as ``HeaderMessageID/parse(_:)`` does from text, without a string
/// for what lies between them.
enum MessageIDScanner {
    static func ids(in value: UnsafeRawBufferPointer) -> [HeaderMessageID] {
        var out: [HeaderMessageID] = []
        var open: Int?
        var sawBracket = false
        for index in 0..<value.count {
            switch value[index] {
            case UInt8(ascii: "<"):
                open = index + 1
                sawBracket = true
            case UInt8(ascii: ">"):
                guard let start = open else { continue }
                open = nil
                if let id = id(value, start, index) { out.append(id) }
            default:
                continue
            }
        }
        if sawBracket { return out }
        var start: Int?
        var hasAt = false
        for index in 0...value.count {
            if index == value.count || value[index].isHeaderSpace {
                if let from = start, hasAt, let id = id(value, from, index) { out.append(id) }
                start = nil
                hasAt = false
            } else {
                if start == nil { start = index }
                if value[index] == UInt8(ascii: "@") { hasAt = true }
            }
        }
        return out
    }

    /// The first id: all that `Message-ID:` can have.
    static func first(in value: UnsafeRawBufferPointer) -> HeaderMessageID? { ids(in: value).first }

    private static func id(_ value: UnsafeRawBufferPointer, _ low: Int, _ high: Int) -> HeaderMessageID? {
        // An id folded within, or one with NUL, is rare: only then it is copied to be cleaned.
        let bytes = UnsafeRawBufferPointer(rebasing: value[low..<high])
        if bytes.contains(where: { $0.isHeaderSpace || $0 == 0 }) {
            let cleaned = bytes.filter { !$0.isHeaderSpace && $0 != 0 }
            return HeaderMessageID(rawValue: String(decoding: cleaned, as: UTF8.self))
        }
        return HeaderMessageID(rawValue: String(decoding: bytes, as: UTF8.self))
    }
}
