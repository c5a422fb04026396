package import IMAPCore
package import MailModel

/// What ``IMAPConnection/push(_:)`` has set up.
package struct PushStanding: Sendable {
    package enum Means: Sendable, Hashable {
        /// The server tells of all folders of the scope at any time (RFC 5465).
        case notify
        /// The server tells of the open folder while the connection idles (RFC 2177).
        case idle
        /// The server is asked now and then, by NOOP, about the open folder.
        case polling
    }

    package let means: Means
    /// The folder that was opened for it; `nil` where it was open before, so that nothing about it was missed.
    package let opened: SelectedMailbox?
    /// How the scope's folders stood when NOTIFY began to tell of them: what changes after this is told.
    package let statuses: [FolderPath: MailboxStatus]
}
