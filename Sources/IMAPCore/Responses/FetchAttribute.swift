/// The attributes of a FETCH reply that have a meaning here (RFC 9051 §7.5.2, RFC 7162, RFC 8474, Gmail's extensions).
enum FetchAttribute: Equatable {
    case uid, flags, internalDate, size, modSequence
    case gmailMessageID, gmailThreadID, gmailLabels
    case emailID, threadID
    case body(BodySection, origin: UInt64?)
    /// ENVELOPE, BODYSTRUCTURE and whatever else: stepped over, never looked into.
    case other

    /// By its name, for those that have no brackets.
    init(name: UnsafeRawBufferPointer) {
        self = .other
        switch name.count {
        case 3 where ASCII.equal(name, "UID"): self = .uid
        case 5 where ASCII.equal(name, "FLAGS"): self = .flags
        case 6 where ASCII.equal(name, "MODSEQ"): self = .modSequence
        case 6 where ASCII.equal(name, "RFC822"): self = .body(.whole, origin: nil)
        case 7 where ASCII.equal(name, "EMAILID"): self = .emailID
        case 8 where ASCII.equal(name, "THREADID"): self = .threadID
        case 10 where ASCII.equal(name, "X-GM-MSGID"): self = .gmailMessageID
        case 10 where ASCII.equal(name, "X-GM-THRID"): self = .gmailThreadID
        case 11 where ASCII.equal(name, "RFC822.SIZE"): self = .size
        case 11 where ASCII.equal(name, "RFC822.TEXT"): self = .body(.text, origin: nil)
        case 11 where ASCII.equal(name, "X-GM-LABELS"): self = .gmailLabels
        case 12 where ASCII.equal(name, "INTERNALDATE"): self = .internalDate
        case 13 where ASCII.equal(name, "RFC822.HEADER"): self = .body(.header, origin: nil)
        default: return
        }
    }

    /// Whether brackets after this name hold a section of the message.
    static func namesSection(_ name: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 4: ASCII.equal(name, "BODY")
        case 6: ASCII.equal(name, "BINARY")
        case 9: ASCII.equal(name, "BODY.PEEK")
        default: false
        }
    }
}
