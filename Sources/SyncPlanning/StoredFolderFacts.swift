package import MailModel

/// What is stored of one folder, as far as it helps to know it again under another name.
package struct StoredFolderFacts: Sendable, Hashable {
    package var id: FolderID
    package var path: FolderPath
    package var mailboxID: String?
    /// As saved at the end of the last visit; `nil` for a folder that was never visited.
    package var state: FolderState?

    package init(id: FolderID, path: FolderPath, mailboxID: String? = nil, state: FolderState? = nil) {
        self.id = id
        self.path = path
        self.mailboxID = mailboxID
        self.state = state
    }
}
