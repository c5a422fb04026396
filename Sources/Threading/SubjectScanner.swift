/// Takes one subject apart, from both ends inwards.
struct SubjectScanner {
    /// UTF-8, lower-cased, white space folded to single blanks, full-width colons as plain ones: then everything that
    /// is looked for is ASCII.
    private let bytes: [UInt8]
    private var low = 0
    private var high: Int
    private var tags: [String] = []
    private var prefix: SubjectPrefix?
    private var endsForwarded = false

    private static let longestWord = 32
    private static let blank = UInt8(ascii: " ")
    private static let open = UInt8(ascii: "[")
    private static let close = UInt8(ascii: "]")
    private static let colon = UInt8(ascii: ":")
    private static let trailer = Array("(fwd)".utf8)

    init(_ subject: String) {
        bytes = Self.folded(subject)
        high = bytes.count
    }

    private static func folded(_ subject: String) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(subject.utf8.count)
        func append(_ byte: UInt8) {
            if byte > blank && byte != 0x7F {
                out.append(byte)
            } else if let last = out.last, last != blank {
                out.append(blank)
            }
        }
        if subject.utf8.allSatisfy({ $0 < 0x80 }) {
            for byte in subject.utf8 {
                append((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
            }
            return out
        }
        for scalar in subject.lowercased().unicodeScalars {
            switch scalar.value {
            case 0..<0x80: append(UInt8(scalar.value))
            case 0xFF1A: append(colon)
            // Direction marks and zero-width characters, which some programs put around a prefix.
            case 0x200B...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: continue
            default:
                if scalar.properties.isWhitespace { append(blank) } else { out.append(contentsOf: scalar.utf8) }
            }
        }
        return out
    }

    mutating func parse() -> BaseSubject.Parsed {
        while stripTrailer() || unwrapForward() || stripLeader() {}
        // What is left may begin with tags of its own; a subject that is nothing but a tag keeps it as its base.
        while let end = bracketEnd(low), end < high {
            keepTag(low, end)
            low = skipBlanks(end)
        }
        var base = text(low, high)
        for tag in tags.reversed() where tag != base { base = base.isEmpty ? tag : tag + " " + base }
        return BaseSubject.Parsed(base: base, prefix: prefix ?? (endsForwarded ? .forward : nil))
    }

    /// Step 2: blanks and `(fwd)` at the end.
    private mutating func stripTrailer() -> Bool {
        let before = high
        while high > low, bytes[high - 1] == Self.blank { high -= 1 }
        if high - low >= 5, bytes[(high - 5)..<high].elementsEqual(Self.trailer) {
            high -= 5
            endsForwarded = true
        }
        return high < before
    }

    /// Step 6: `[fwd: … ]` around all the rest.
    private mutating func unwrapForward() -> Bool {
        guard low < high, bytes[low] == Self.open, bytes[high - 1] == Self.close,
            let (kind, end) = prefixEnd(low + 1), kind == .forward, end < high
        else { return false }
        note(.forward)
        low = end
        high -= 1
        return true
    }

    /// Step 3: tags and a prefix at the beginning. Tags alone are no leader.
    private mutating func stripLeader() -> Bool {
        let start = skipBlanks(low)
        var at = start
        var found: [(Int, Int)] = []
        while let end = bracketEnd(at) {
            found.append((at, end))
            at = skipBlanks(end)
        }
        guard let (kind, end) = prefixEnd(at) else {
            defer { low = start }
            return start > low
        }
        for (from, until) in found { keepTag(from, until) }
        note(kind)
        low = end
        return true
    }

    /// A prefix word, a counter perhaps, and a colon: what it says, and where it ends.
    private func prefixEnd(_ start: Int) -> (SubjectPrefix, Int)? {
        var at = start
        while at < high, !Self.endsWord(bytes[at]) {
            at += 1
            if at - start > Self.longestWord { return nil }
        }
        guard at > start, let kind = SubjectPrefix.named(text(start, at)) else { return nil }
        if at < high, bytes[at] == UInt8(ascii: ".") { at += 1 }
        at = skipBlanks(at)
        if let end = bracketEnd(at) ?? counterEnd(at) { at = skipBlanks(end) }
        guard at < high, bytes[at] == Self.colon else { return nil }
        return (kind, at + 1)
    }

    /// Behind `(2)` or `^2`.
    private func counterEnd(_ start: Int) -> Int? {
        let parenthesis = UInt8(ascii: "(")
        guard start < high, bytes[start] == parenthesis || bytes[start] == UInt8(ascii: "^") else { return nil }
        var at = start + 1
        while at < high, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
        guard at > start + 1 else { return nil }
        guard bytes[start] == parenthesis else { return at }
        return at < high && bytes[at] == UInt8(ascii: ")") ? at + 1 : nil
    }

    /// Behind `[…]` without brackets in it.
    private func bracketEnd(_ start: Int) -> Int? {
        guard start < high, bytes[start] == Self.open else { return nil }
        var at = start + 1
        while at < high {
            switch bytes[at] {
            case Self.close: return at + 1
            case Self.open: return nil
            default: at += 1
            }
        }
        return nil
    }

    private func skipBlanks(_ start: Int) -> Int {
        var at = start
        while at < high, bytes[at] == Self.blank { at += 1 }
        return at
    }

    private mutating func keepTag(_ from: Int, _ until: Int) {
        let tag = text(from, until)
        if !tags.contains(tag) { tags.append(tag) }
    }

    /// Outer marks are met before inner ones. One at the end counts only where there is none in front.
    private mutating func note(_ kind: SubjectPrefix) {
        if prefix == nil { prefix = kind }
    }

    private func text(_ from: Int, _ until: Int) -> String {
        String(decoding: bytes[from..<until], as: UTF8.self)
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case blank, colon, open, close, UInt8(ascii: "("), UInt8(ascii: "^"), UInt8(ascii: "."): true
        default: false
        }
    }
}
