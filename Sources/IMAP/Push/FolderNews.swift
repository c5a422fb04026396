package import IMAPCore
package import MailModel

/// What the server said without being asked: that something changed, not all that changed.
package enum FolderNews: Sendable, Hashable {
    /// The open folder holds so many messages now, which is not what it held before.
    case exists(FolderPath, UInt32)
    /// Messages are gone from the open folder; which, can't be told from their numbers (mail-exactness 11).
    case expunged(FolderPath)
    /// These are gone from the open folder: QRESYNC's way of saying so. Some servers name live ones (8).
    case vanished(FolderPath, UIDSet)
    /// Flags of these messages of the open folder changed; empty where the server named none by UID.
    case changed(FolderPath, UIDSet)
    /// How a folder that need not be open stands.
    case status(FolderPath, MailboxStatus)
    /// Folders came, went, or were renamed.
    case foldersChanged
    /// The server gave up telling: anything may have changed.
    case overflow

    /// The folder it is about, where it is about one.
    package var folder: FolderPath? {
        switch self {
        case .exists(let path, _), .expunged(let path), .vanished(let path, _), .changed(let path, _),
            .status(let path, _):
            path
        case .foldersChanged, .overflow: nil
        }
    }
}
