package import MailModel

/// A folder of an account as it is stored: the server's name, what was chosen, and the cursor.
package struct Folder: Sendable, Hashable {
    package let id: FolderID
    package let path: FolderPath
    package var role: FolderRole?
    package var isSelectable: Bool
    package var isChosen: Bool
    /// T of this folder, once it is watched (chosen, or Sent).
    package var startedAt: EpochSeconds?
    package var cursor: FolderCursor?

    package init(
        id: FolderID, path: FolderPath, role: FolderRole?, isSelectable: Bool, isChosen: Bool,
        startedAt: EpochSeconds? = nil, cursor: FolderCursor? = nil
    ) {
        self.id = id
        self.path = path
        self.role = role
        self.isSelectable = isSelectable
        self.isChosen = isChosen
        self.startedAt = startedAt
        self.cursor = cursor
    }

    /// Chosen folders and Sent are watched from Start on: replies from other mail programs appear in Sent.
    package var isWatched: Bool { isSelectable && (isChosen || role == .sent) }
}
