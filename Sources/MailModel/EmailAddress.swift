/// One mailbox of an address header: a name for people and an address for machines.
package struct EmailAddress: Hashable, Sendable, Codable {
    /// Decoded to UTF-8; `nil` where the header has none.
    package let name: String?
    /// As it stood, `local@domain`.
    package let address: String

    package init(name: String?, address: String) {
        self.name = name
        self.address = address
    }

    /// The form that look-ups compare: trimmed and lower-cased. Local parts are case-sensitive by RFC 5321 and by
    /// nobody's practice.
    package var normalised: String {
        if let plain = ASCIIText.lowercased(address), plain.utf8.first != 0x20, plain.utf8.last != 0x20 { return plain }
        var text = Substring(address)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text.lowercased()
    }
}
