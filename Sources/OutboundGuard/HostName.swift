/// A host as a user may type it: a name or an IP literal, the latter in brackets or not, checked for form only.
///
/// Numbers in disguise (`0x7f.1`, `2130706433`, `0177.0.0.1`) pass as names: `getaddrinfo` reads them as addresses,
/// and its answer is what is judged.
struct HostName: Sendable, Hashable {
    /// What to look up: without brackets.
    let text: String

    /// - Throws: ``OutboundError/hostInvalid(_:)``.
    init(_ typed: String) throws(OutboundError) {
        guard !typed.isEmpty else { throw .hostInvalid(.empty) }
        // In bytes of UTF-8: RFC 1035's bound holds for the encoded name, which is never shorter than the characters.
        guard typed.utf8.count <= 255 else { throw .hostInvalid(.tooLong) }
        if typed.contains(":") || typed.hasPrefix("[") {
            let bracketed = typed.hasPrefix("[") && typed.hasSuffix("]")
            let inner = bracketed ? String(typed.dropFirst().dropLast()) : typed
            guard case .v6? = IPAddress(inner) else { throw .hostInvalid(.badCharacter) }
            text = inner
            return
        }
        guard typed.unicodeScalars.allSatisfy(Self.mayStand) else { throw .hostInvalid(.badCharacter) }
        var labels = typed.split(separator: ".", omittingEmptySubsequences: false)
        // One dot at the end names the root.
        if labels.count > 1, labels.last?.isEmpty == true { labels.removeLast() }
        guard labels.allSatisfy({ !$0.isEmpty }) else { throw .hostInvalid(.emptyLabel) }
        guard labels.allSatisfy({ $0.utf8.count <= 63 || !$0.utf8.allSatisfy { $0 < 0x80 } }) else {
            throw .hostInvalid(.tooLong)
        }
        text = typed
    }

    /// ASCII by allowlist; the rest is left to IDNA but for what is unseen (controls, spaces, formatting).
    private static func mayStand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_":
            return true
        default:
            guard !scalar.isASCII else { return false }
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
                .spaceSeparator:
                return false
            default:
                return true
            }
        }
    }
}
