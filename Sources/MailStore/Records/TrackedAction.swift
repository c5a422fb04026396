package import MailModel

/// A reply to old mail, or a forward of it, whose original is to be found.
package struct TrackedAction: Sendable, Hashable {
    package let id: ActionID
    package let kind: ActionKind
    package let origin: ActionOrigin
    /// The message that replies or forwards.
    package let messageID: MessageID
    package let threadID: ThreadID
    /// What its claim said: the text of a JSON object (``TrackedClaim/wish``). PostgreSQL keeps its meaning, not its
    /// spelling.
    package let wish: String
    /// How often it was tried.
    package let attempts: Int
    package let createdAt: EpochSeconds
}
