package import MailModel

/// A folder that is open, as EXAMINE described it.
package struct SelectedMailbox: Sendable, Hashable {
    package let path: FolderPath
    /// How many messages it holds.
    package internal(set) var exists: UInt32 = 0
    /// 0, which is not stable, also where the server gave none.
    package internal(set) var uidValidity = UIDValidity(rawValue: 0)
    /// `nil` where neither EXAMINE nor STATUS gave one (mail-exactness 4).
    package internal(set) var uidNext: UInt32?
    /// `nil` where the folder has no mod-sequences.
    package internal(set) var highestModSequence: ModSequence?
    package internal(set) var flags: [Flag] = []
    /// The flags that a client can change for good; `\*` among them means that new keywords can be made.
    package internal(set) var permanentFlags: [Flag] = []
    package internal(set) var isReadOnly = false
    /// OBJECTID's id of the folder.
    package internal(set) var mailboxID: String?

    init(path: FolderPath) { self.path = path }
}
