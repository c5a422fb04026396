/// An IMAP flag or keyword. Flags are compared without regard to case (RFC 9051 §2.3.2) and shown as they came.
package struct Flag: Sendable {
    package let name: String
    private let folded: String

    package init(_ name: String) {
        self.name = name
        folded = ASCIIText.lowercased(name) ?? name.lowercased()
    }

    package static let seen = Flag("\\Seen")
    package static let answered = Flag("\\Answered")
    package static let flagged = Flag("\\Flagged")
    package static let deleted = Flag("\\Deleted")
    package static let draft = Flag("\\Draft")
    /// Session state, not message state: never stored (RFC 3501 §2.3.2).
    package static let recent = Flag("\\Recent")
}

extension Flag: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.folded == right.folded }
    package func hash(into hasher: inout Hasher) { hasher.combine(folded) }
}

extension Flag: Comparable {
    package static func < (left: Self, right: Self) -> Bool { left.folded < right.folded }
}

extension Flag: CustomStringConvertible {
    package var description: String { name }
}
