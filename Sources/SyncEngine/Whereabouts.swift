package import MailModel

/// Where the server has a message that isn't stored.
package struct Whereabouts: Sendable {
    package let path: String
    package let isWatched: Bool
    package let uid: UID
    package let internalDate: EpochSeconds?
    /// Why it was skipped; `nil` where no rule has skipped it.
    package let reason: SkipReason?
}
