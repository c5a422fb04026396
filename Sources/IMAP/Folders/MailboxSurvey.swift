package import IMAPCore
package import MailModel

/// How a mailbox stands: its folders, and the statuses of some.
package struct MailboxSurvey: Sendable {
    /// Each once, in the server's order; `nil` where they weren't asked for. That a folder is missing proves nothing
    /// about it (mail-exactness 12).
    package let folders: [ListedFolder]?
    /// For each folder asked for its status, or why the server gave none.
    package let statuses: [FolderPath: Result<MailboxStatus, IMAPError>]
}
