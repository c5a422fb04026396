package import Threading

/// What joined a message to its thread, as it is kept with the message.
package enum JoinedBy: Sendable, Hashable {
    /// A link in common with a message stored before, or with one of the same checkpoint.
    case link(LinkKey)
    /// A guess by subject, participants and time.
    case subject
    /// The forwarded-header block in its body: a guess as well.
    case forwardedBlock

    /// `kind:value`, the kind of a link as in message_references.
    package var text: String {
        switch self {
        case .link(let key): "\(key.kind):\(key.value)"
        case .subject: "guess:subject"
        case .forwardedBlock: "guess:block"
        }
    }

    /// From a stored text; `nil` for one that this version doesn't know.
    package init?(_ text: String) {
        switch text {
        case "guess:subject": self = .subject
        case "guess:block": self = .forwardedBlock
        default:
            guard let colon = text.firstIndex(of: ":"), let kind = Int16(text[..<colon]),
                let key = LinkKey(kind: kind, value: String(text[text.index(after: colon)...]))
            else {
                return nil
            }
            self = .link(key)
        }
    }
}
