package import MailModel

/// What NOTIFY is asked to tell of (RFC 5465).
package enum NotifyWish: Sendable, Hashable {
    /// New and removed messages in the open folder and in the others named, and where each of the others stands now.
    /// - `folders`: `nil` for all of the user's own, which is how a list too long for a line is asked for.
    /// - `flags`: also changed flags.
    /// - `names`: also folders that come, go or are renamed.
    case changes(in: [FolderPath]?, flags: Bool, names: Bool)
    /// Nothing but what is told anyway.
    case nothing
}
