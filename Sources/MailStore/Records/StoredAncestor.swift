package import MailModel

/// A stored message as whoever seeks an ancestor sees it.
package struct StoredAncestor: Sendable, Hashable {
    package let messageID: MessageID
    package let threadID: ThreadID
    package let headerMessageID: HeaderMessageID?
    package let subject: String?
    /// The instant of its Date header.
    package let sentAt: EpochSeconds?
    /// INTERNALDATE of its first placement.
    package let receivedAt: EpochSeconds
    /// `nil` where no rule was kept with it.
    package let takenBy: TakenBy?
    /// Of From, as they stood.
    package let from: [String]
}
