package import MailModel

/// Dead letters of one error.
package struct DeadLetterGroup: Sendable, Hashable {
    package let queue: String
    package let kind: String
    package let errorCode: String
    /// Of one of them.
    package let errorText: String
    package let count: Int
    package let firstFailedAt: EpochSeconds
    package let lastDiedAt: EpochSeconds
}
