import Failure
import MailModel

/// What can end a visit besides the failures of the mailbox and of the store.
enum SyncError: Failing {
    /// A folder's UIDVALIDITY changed while it was being read: what was planned says nothing any more.
    case folderChanged(FolderID)
    /// A large message's temporary file can't be read back.
    case spoolUnreadable

    var disposition: Disposition {
        switch self {
        case .folderChanged: .retryNow
        case .spoolUnreadable: .retryLater
        }
    }
}

extension SyncError: CustomStringConvertible {
    var description: String {
        switch self {
        case .folderChanged: "a folder was made anew on the server while it was being read; it is read again"
        case .spoolUnreadable: "a large message's temporary file can't be read back"
        }
    }
}
