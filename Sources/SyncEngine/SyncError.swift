package import Failure
package import MailModel

/// What can end a visit besides the failures of the mailbox and of the store.
package enum SyncError: Failing {
    /// A folder's UIDVALIDITY changed while it was being read: what was planned says nothing any more.
    case folderChanged(FolderID)
    /// A server lists other messages on a second connection than on the first.
    case listingsDisagree(FolderID)
    /// A batch of messages took too long to parse; one of them may stall whoever tries.
    case parseStalled
    /// The parser's thread was lost to another's message.
    case parserLost
    /// A large message's temporary file can't be read back.
    case spoolUnreadable

    package var disposition: Disposition {
        switch self {
        case .folderChanged: .retryNow
        case .listingsDisagree: .retryLater
        case .parseStalled: .permanent
        case .parserLost: .retryNow
        case .spoolUnreadable: .retryLater
        }
    }
}

extension SyncError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .folderChanged: "a folder was made anew on the server while it was being read; it is read again"
        case .listingsDisagree:
            "the server doesn't tell the same of a folder twice; nothing is removed, and it is asked again"
        case .parseStalled: "messages took too long to parse; the one that does it is sought apart from other work"
        case .parserLost: "another message stalled the parser; it is tried again"
        case .spoolUnreadable: "a large message's temporary file can't be read back"
        }
    }
}
