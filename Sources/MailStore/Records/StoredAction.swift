package import MailModel

/// A row of the action ledger, for people and programs to look at.
package struct StoredAction: Sendable, Hashable {
    package let account: AccountKey
    package let id: ActionID
    /// `reply`, `forward` (``MailModel/ActionKind``), or what a later release calls something else.
    package let kind: String
    package let state: ActionState
    package let origin: ActionOrigin
    package let messageID: MessageID?
    /// The text of a JSON object.
    package let wish: String
    /// The text of a JSON object.
    package let result: String?
    package let attempts: Int
    /// It is looked at no earlier.
    package let notBefore: EpochSeconds?
    package let createdAt: EpochSeconds
    package let finishedAt: EpochSeconds?
}
