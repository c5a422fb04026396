package import MailModel
package import SyncPlanning

/// A watched folder as a visit found it.
package struct SeenFolder: Sendable, Hashable {
    package let id: FolderID
    package let path: FolderPath
    package let role: FolderRole?
    package let state: FolderState
}
