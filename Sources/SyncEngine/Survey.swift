import MailModel
import MailStore

/// What the server says of an account's folders at the beginning of a visit, before anything else is read.
struct Survey: Sendable {
    /// All folders of the account that exist.
    var folders: [Folder]
    /// Those that are synced.
    var watched: [WatchedFolder] = []
    /// Those that aren't, and hold messages that were followed there.
    var followed: [WatchedFolder] = []
}
