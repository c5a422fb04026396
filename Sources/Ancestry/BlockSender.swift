import MailModel

/// Who a block's From line names, in any of the forms that programs write: `Kim Lee <kim@x>`,
/// `Kim Lee [mailto:kim@x]`, `Kim Lee (kim@x)`, `kim@x <mailto:kim@x>`, `"Lee, Kim" <kim@x>`, or a name alone.
struct BlockSender {
    /// Normalised.
    let address: String?
    let name: String?

    var isEmpty: Bool { address == nil && name == nil }

    init(_ value: String) {
        let found = Self.ranges(in: value)
        guard let chosen = found.first(where: { Self.isBracketed($0, in: value) }) ?? found.first else {
            address = nil
            name = Self.name(Substring(value))
            return
        }
        address = EmailAddress(name: nil, address: String(value[chosen])).normalised
        var before = value[..<chosen.lowerBound]
        if before.lowercased().hasSuffix("mailto:") { before = before.dropLast(7) }
        let name = Self.name(before)
        // Some programs show the address as its own name.
        self.name = name.flatMap { $0.contains("@") ? nil : $0 }
    }

    /// All addresses in a text, each once, in order of coming.
    static func addresses(in text: String) -> [String] {
        var seen: Set<String> = []
        return ranges(in: text).map { EmailAddress(name: nil, address: String(text[$0])).normalised }
            .filter { seen.insert($0).inserted }
    }

    private static func name(_ text: Substring) -> String? {
        let marks: Set<Character> = [
            " ", "\"", "'", "*", "<", "(", "[", "“", "”", "«", "»", "„", ",", ";",
        ]
        var text = text
        while let first = text.first, marks.contains(first) { text.removeFirst() }
        while let last = text.last, marks.contains(last) { text.removeLast() }
        return text.isEmpty ? nil : String(text)
    }

    private static func isBracketed(_ range: Range<String.Index>, in text: String) -> Bool {
        guard let before = text[..<range.lowerBound].last else { return false }
        return before == "<" || before == "[" || before == "(" || before == ":"
    }

    /// Every `local@domain` in a text.
    private static func ranges(in text: String) -> [Range<String.Index>] {
        let scalars = text.unicodeScalars
        var found: [Range<String.Index>] = []
        var from = scalars.startIndex
        while let at = scalars[from...].firstIndex(of: "@") {
            var low = at
            while low > from, isAtom(scalars[scalars.index(before: low)]) { low = scalars.index(before: low) }
            var high = scalars.index(after: at)
            while high < scalars.endIndex, isDomain(scalars[high]) { high = scalars.index(after: high) }
            from = max(high, scalars.index(after: at))
            // A full stop ends a sentence, not a domain.
            while high > scalars.index(after: at), [".", "-"].contains(scalars[scalars.index(before: high)]) {
                high = scalars.index(before: high)
            }
            if low < at, high > scalars.index(after: at) { found.append(low..<high) }
        }
        return found
    }

    private static func isAtom(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "<", ">", "[", "]", "(", ")", ",", ";", ":", "\"", "@", " ", "\\", "“", "”", "«", "»", "：", "，", "；", "（",
            "＜":
            false
        default: !scalar.properties.isWhitespace && scalar.value >= 0x20
        }
    }

    private static func isDomain(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "." || scalar == "-" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
    }
}
