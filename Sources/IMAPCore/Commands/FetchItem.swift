/// What FETCH can be asked for (RFC 9051 §6.4.5). Bodies are always asked for by PEEK, which leaves `\Seen` alone.
package enum FetchItem: Sendable, Hashable {
    case uid, flags, internalDate, size, modSequence
    /// Gmail's X-GM-MSGID, X-GM-THRID and X-GM-LABELS.
    case gmailMessageID, gmailThreadID, gmailLabels
    /// OBJECTID's EMAILID and THREADID.
    case emailID, threadID
    case body(BodySection)
    /// `count` octets of a section from `offset` on.
    case partialBody(BodySection, offset: UInt64, count: UInt64)

    var wireText: String {
        switch self {
        case .uid: "UID"
        case .flags: "FLAGS"
        case .internalDate: "INTERNALDATE"
        case .size: "RFC822.SIZE"
        case .modSequence: "MODSEQ"
        case .gmailMessageID: "X-GM-MSGID"
        case .gmailThreadID: "X-GM-THRID"
        case .gmailLabels: "X-GM-LABELS"
        case .emailID: "EMAILID"
        case .threadID: "THREADID"
        case .body(let section): "BODY.PEEK[\(section.wireText)]"
        case .partialBody(let section, let offset, let count):
            "BODY.PEEK[\(section.wireText)]<\(offset).\(count)>"
        }
    }

    /// Whether a server with these capabilities knows it.
    package func isOffered(by capabilities: IMAPCapabilities) -> Bool {
        switch self {
        case .uid, .flags, .internalDate, .size, .body, .partialBody: true
        case .modSequence: capabilities.hasCondstore
        case .gmailMessageID, .gmailThreadID, .gmailLabels: capabilities.isGmail
        case .emailID, .threadID: capabilities.hasObjectID
        }
    }
}
