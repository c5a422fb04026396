package import MailModel

/// A thread as it is listed.
package struct StoredThread: Sendable, Hashable {
    package let id: ThreadID
    package let accountID: AccountID
    package let subject: String?
    package let messageCount: Int
    package let oldest: EpochSeconds
    package let newest: EpochSeconds
    package let visibility: String
    /// Names, or else addresses, of who wrote in it, first to last, each once.
    package let participants: [String]
}
