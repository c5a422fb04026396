/// An id of the `Message-ID`, `In-Reply-To` and `References` headers, without its angle brackets.
///
/// Compared byte for byte (RFC 5322 §3.6.4 gives no case folding), after white space inside it was taken out.
package struct HeaderMessageID: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: String

    /// `nil` when nothing is left of the text, or when it is longer than 998 octets, the longest line that mail has.
    package init?(rawValue: String) {
        guard !rawValue.isEmpty, rawValue.utf8.count <= 998 else { return nil }
        self.rawValue = rawValue
    }

    // Swift's strings compare by canonical equivalence, the database by bytes; two ids that are one key here and two
    // rows there would be written one over the other.
    package static func == (left: Self, right: Self) -> Bool {
        let same = left.rawValue.utf8.withContiguousStorageIfAvailable { l in
            right.rawValue.utf8.withContiguousStorageIfAvailable { r in l.count == r.count && l.elementsEqual(r) }
        }
        return same.flatMap { $0 } ?? left.rawValue.utf8.elementsEqual(right.rawValue.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = rawValue
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        hasher.combine(UInt8(0xFF))
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }
}

extension HeaderMessageID {
    /// Reads a header's value: every `<…>` in it, in order; where it has no angle brackets at all, its words, which
    /// some programs send bare, as far as they have an `@`. Comments and phrases between the ids are passed over; NUL
    /// is dropped, which no database takes as text.
    package static func parse(_ header: some StringProtocol) -> [HeaderMessageID] {
        var out: [HeaderMessageID] = []
        var bytes: [UInt8] = []
        var inside = false
        var sawBracket = false
        for byte in header.utf8 {
            switch byte {
            case UInt8(ascii: "<"):
                inside = true
                sawBracket = true
                bytes.removeAll(keepingCapacity: true)
            case UInt8(ascii: ">") where inside:
                inside = false
                if let id = HeaderMessageID(rawValue: String(decoding: bytes, as: UTF8.self)) { out.append(id) }
            case 0x00, 0x09, 0x0A, 0x0D, 0x20:
                continue
            default:
                if inside { bytes.append(byte) }
            }
        }
        if sawBracket { return out }
        return header.utf8.split(whereSeparator: { $0 == 0x09 || $0 == 0x0A || $0 == 0x0D || $0 == 0x20 })
            .filter { $0.contains(UInt8(ascii: "@")) }
            .compactMap { word in HeaderMessageID(rawValue: String(decoding: word.filter { $0 != 0 }, as: UTF8.self)) }
    }
}

extension HeaderMessageID: CustomStringConvertible {
    package var description: String { "<\(rawValue)>" }
}
