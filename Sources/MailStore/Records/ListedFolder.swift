package import MailModel

/// A folder as the server lists it.
package struct ListedFolder: Sendable, Hashable {
    package let path: FolderPath
    package let role: FolderRole?
    package let isSelectable: Bool

    package init(path: FolderPath, role: FolderRole?, isSelectable: Bool) {
        self.path = path
        self.role = role
        self.isSelectable = isSelectable
    }
}
