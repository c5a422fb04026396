package import MailModel
package import Threading

/// A message as it came from the server, parsed and hashed: all that is written for one placement.
package struct NewMessage: Sendable {
    /// One attachment: a range of the raw message.
    package struct Attachment: Sendable {
        package let part: String
        package let filename: String?
        package let contentType: String
        package let isInline: Bool
        package let contentID: String?
        package let transferEncoding: String
        /// The encoded content's bytes within the raw message.
        package let body: Range<Int>
        /// Bytes once decoded, as near as it is known.
        package let size: Int

        package init(
            part: String, filename: String?, contentType: String, isInline: Bool, contentID: String?,
            transferEncoding: String, body: Range<Int>, size: Int
        ) {
            self.part = part
            self.filename = filename
            self.contentType = contentType
            self.isInline = isInline
            self.contentID = contentID
            self.transferEncoding = transferEncoding
            self.body = body
            self.size = size
        }
    }

    /// One address of one header.
    package struct Participant: Sendable {
        package let role: ParticipantRole
        package let address: EmailAddress
        /// The address in the form that look-ups compare, made once.
        package let normalised: String

        package init(role: ParticipantRole, address: EmailAddress) {
            self.role = role
            self.address = address
            normalised = address.normalised
        }
    }

    // Where it lies.
    package var folder: FolderID
    package var uidValidity: UIDValidity
    package var uid: UID
    package var flags: [Flag]
    package var modSequence: ModSequence?
    package var internalDate: EpochSeconds
    package var provider: ProviderIdentity

    // What it is.
    /// Of the raw bytes as the server gave them; 32 bytes.
    package var sha256: [UInt8]
    package var raw: RawContent
    package var messageID: HeaderMessageID?
    package var subject: String?
    package var date: MessageDate?
    /// In the order of the headers.
    package var participants: [Participant]
    package var snippet: String
    package var text: String?
    package var html: String?
    package var listID: String?
    package var autoSubmitted: [String]
    package var marks: [String]
    package var attachments: [Attachment]

    /// What ties it to a thread.
    package var threadable: ThreadableMessage

    // Why it is here.
    /// `nil` where nothing is known of it.
    package var takenBy: TakenBy?
    /// What it replies to or forwards; `nil` for a message that raises no action, whatever it answers.
    package var claim: TrackedClaim?

    package init(
        folder: FolderID, uidValidity: UIDValidity, uid: UID, flags: [Flag], modSequence: ModSequence?,
        internalDate: EpochSeconds, provider: ProviderIdentity, sha256: [UInt8], raw: RawContent,
        messageID: HeaderMessageID?, subject: String?, date: MessageDate?, participants: [Participant],
        snippet: String, text: String?, html: String?, listID: String?, autoSubmitted: [String], marks: [String],
        attachments: [Attachment], threadable: ThreadableMessage, takenBy: TakenBy? = nil, claim: TrackedClaim? = nil
    ) {
        self.folder = folder
        self.uidValidity = uidValidity
        self.uid = uid
        self.flags = flags
        self.modSequence = modSequence
        self.internalDate = internalDate
        self.provider = provider
        self.sha256 = sha256
        self.raw = raw
        self.messageID = messageID
        self.subject = subject
        self.date = date
        self.participants = participants
        self.snippet = snippet
        self.text = text
        self.html = html
        self.listID = listID
        self.autoSubmitted = autoSubmitted
        self.marks = marks
        self.attachments = attachments
        self.threadable = threadable
        self.takenBy = takenBy
        self.claim = claim
    }
}
