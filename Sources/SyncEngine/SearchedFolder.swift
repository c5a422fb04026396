import IMAP
import MailModel
import MailStore

/// A folder that an ancestor is sought in, as it was opened for that.
struct SearchedFolder: Sendable {
    let item: WatchedFolder
    /// Whether it is searched for everybody's ancestors, and not only where the account's user acted.
    let isNear: Bool
}
