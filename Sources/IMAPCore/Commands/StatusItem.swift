/// What STATUS can be asked for (RFC 9051 §6.3.11, RFC 7162, RFC 8474).
package enum StatusItem: String, Sendable, Hashable, CaseIterable {
    case messages = "MESSAGES"
    case uidNext = "UIDNEXT"
    case uidValidity = "UIDVALIDITY"
    case unseen = "UNSEEN"
    case size = "SIZE"
    case highestModSequence = "HIGHESTMODSEQ"
    case mailboxID = "MAILBOXID"

    /// Whether a server with these capabilities knows it.
    package func isOffered(by capabilities: IMAPCapabilities) -> Bool {
        switch self {
        case .messages, .uidNext, .uidValidity, .unseen: true
        case .size: capabilities.has("STATUS=SIZE") || capabilities.has("IMAP4REV2")
        case .highestModSequence: capabilities.hasCondstore
        case .mailboxID: capabilities.hasObjectID
        }
    }
}
