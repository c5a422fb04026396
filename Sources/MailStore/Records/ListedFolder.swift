package import MailModel

/// A folder as the server lists it.
package struct ListedFolder: Sendable, Hashable {
    package let path: FolderPath
    package let role: FolderRole?
    package let isSelectable: Bool
    /// RFC 8474's MAILBOXID, where the server gave it with the list; `nil` keeps what is known.
    package let mailboxID: String?

    package init(path: FolderPath, role: FolderRole?, isSelectable: Bool, mailboxID: String? = nil) {
        self.path = path
        self.role = role
        self.isSelectable = isSelectable
        self.mailboxID = mailboxID
    }
}
