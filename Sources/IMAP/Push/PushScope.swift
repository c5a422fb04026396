package import MailModel

/// Which folders a connection is to be told about.
package struct PushScope: Sendable, Hashable {
    /// The most wanted first: a server without NOTIFY tells of the first alone.
    package let folders: [FolderPath]

    /// - Parameter folders: at least one.
    package init(folders: [FolderPath]) {
        precondition(!folders.isEmpty, "nothing can be told about no folder")
        self.folders = folders
    }
}
