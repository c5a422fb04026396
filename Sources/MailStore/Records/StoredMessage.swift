package import MailModel

/// A message as it is read back: the fields of product.md §6.
package struct StoredMessage: Sendable {
    /// Where it lies on the server.
    package struct Placement: Sendable, Hashable {
        package let path: String
        package let uidValidity: UIDValidity
        package let uid: UID
        package let flags: [String]
        package let internalDate: EpochSeconds
    }

    package let id: MessageID
    package let accountID: AccountID
    package let threadID: ThreadID
    package let messageID: String?
    package let subject: String?
    package let date: MessageDate?
    package let receivedAt: EpochSeconds
    package let direction: String
    package let size: Int
    package let sha256: [UInt8]
    package let snippet: String
    package let text: String?
    package let html: String?
    package let marks: [String]
    package let isThreadGuessed: Bool
    /// Whether it lies in a folder that is watched.
    package let isInScope: Bool
    /// Whether it lies in Trash alone, or is flagged `\Deleted` wherever it lies.
    package let isTrashed: Bool
    /// When it was found nowhere any more.
    package let deletedAt: EpochSeconds?
    package internal(set) var participants: [NewMessage.Participant] = []
    package internal(set) var placements: [Placement] = []
    package internal(set) var attachments: [NewMessage.Attachment] = []

    /// The addresses of one header, in its order.
    package func addresses(_ role: ParticipantRole) -> [EmailAddress] {
        participants.filter { $0.role == role }.map(\.address)
    }
}
