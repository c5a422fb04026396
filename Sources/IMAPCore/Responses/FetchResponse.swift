package import MailModel

/// What one FETCH reply said about a message, without its bodies, which the parser hands on as they arrive.
///
/// An attribute that was not sent is `nil`, and so is one that could not be read: those are named in ``lost``
/// (mail-exactness 17). Whether a reply answers a command or came unasked can't be seen from it.
package struct FetchResponse: Sendable, Hashable {
    /// The message's number in the session. It shifts under EXPUNGE and identifies nothing (mail-exactness 11).
    package let sequenceNumber: UInt32
    package internal(set) var uid: UID?
    package internal(set) var flags: [Flag]?
    package internal(set) var internalDate: EpochSeconds?
    /// RFC822.SIZE in octets: what the server believes, not what the literal has (mail-exactness 19).
    package internal(set) var size: UInt64?
    package internal(set) var modSequence: ModSequence?
    /// X-GM-MSGID.
    package internal(set) var gmailMessageID: UInt64?
    /// X-GM-THRID.
    package internal(set) var gmailThreadID: UInt64?
    /// X-GM-LABELS, each in modified UTF-7 as it came.
    package internal(set) var gmailLabels: [[UInt8]]?
    /// EMAILID of OBJECTID (RFC 8474).
    package internal(set) var emailID: String?
    /// THREADID of OBJECTID; `nil` also where the server says `NIL`.
    package internal(set) var threadID: String?
    /// Whether a body section was named, with content or with `NIL`.
    package internal(set) var namedBody = false
    /// The names of attributes that were sent and could not be read.
    package internal(set) var lost: [String] = []

    init(sequenceNumber: UInt32) { self.sequenceNumber = sequenceNumber }

    /// The provider's own ids: Gmail's where present, else OBJECTID's.
    package var providerIdentity: ProviderIdentity {
        ProviderIdentity(
            messageID: gmailMessageID.map { String($0) } ?? emailID,
            threadID: gmailThreadID.map { String($0) } ?? threadID
        )
    }
}
