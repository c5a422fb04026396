/// Takes one subject apart, from both ends inwards.
struct SubjectScanner {
    /// Lower-cased, white space folded to single blanks.
    private let scalars: [Unicode.Scalar]
    private var low = 0
    private var high: Int
    private var tags: [String] = []
    private var prefix: SubjectPrefix?
    private var endsForwarded = false

    init(_ subject: String) {
        var folded: [Unicode.Scalar] = []
        folded.reserveCapacity(subject.utf8.count)
        for scalar in subject.lowercased().unicodeScalars {
            if Self.isBlank(scalar) {
                if let last = folded.last, last != " " { folded.append(" ") }
            } else if !Self.isInvisible(scalar) {
                folded.append(scalar)
            }
        }
        scalars = folded
        high = folded.count
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
        while high > low, scalars[high - 1] == " " { high -= 1 }
        if high - low >= 5, text(high - 5, high) == "(fwd)" {
            high -= 5
            endsForwarded = true
        }
        return high < before
    }

    /// Step 6: `[fwd: … ]` around all the rest.
    private mutating func unwrapForward() -> Bool {
        guard low < high, scalars[low] == "[", scalars[high - 1] == "]",
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
        while at < high, !Self.endsWord(scalars[at]) {
            at += 1
            if at - start > SubjectPrefix.longestWord { return nil }
        }
        guard at > start, let kind = SubjectPrefix.named(text(start, at)) else { return nil }
        if at < high, scalars[at] == "." { at += 1 }
        at = skipBlanks(at)
        if let end = bracketEnd(at) ?? counterEnd(at) { at = skipBlanks(end) }
        guard at < high, Self.isColon(scalars[at]) else { return nil }
        return (kind, at + 1)
    }

    /// Behind `(2)` or `^2`.
    private func counterEnd(_ start: Int) -> Int? {
        guard start < high, scalars[start] == "(" || scalars[start] == "^" else { return nil }
        var at = start + 1
        while at < high, ("0"..."9").contains(scalars[at]) { at += 1 }
        guard at > start + 1 else { return nil }
        guard scalars[start] == "(" else { return at }
        return at < high && scalars[at] == ")" ? at + 1 : nil
    }

    /// Behind `[…]` without brackets in it.
    private func bracketEnd(_ start: Int) -> Int? {
        guard start < high, scalars[start] == "[" else { return nil }
        var at = start + 1
        while at < high {
            switch scalars[at] {
            case "]": return at + 1
            case "[": return nil
            default: at += 1
            }
        }
        return nil
    }

    private func skipBlanks(_ start: Int) -> Int {
        var at = start
        while at < high, scalars[at] == " " { at += 1 }
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
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[from..<until])
        return String(text)
    }

    private static func endsWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", ":", "\u{FF1A}", "[", "]", "(", "^", ".": true
        default: false
        }
    }

    private static func isColon(_ scalar: Unicode.Scalar) -> Bool { scalar == ":" || scalar == "\u{FF1A}" }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value <= 0x20 || scalar.value >= 0x7F && scalar.properties.isWhitespace
    }

    /// Direction marks and zero-width characters, which some programs put around a prefix.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200B...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
