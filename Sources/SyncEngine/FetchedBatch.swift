import IMAP
import MailModel

/// Messages of one folder as they came from the server.
struct FetchedBatch: Sendable {
    let folder: FolderID
    let uidValidity: UIDValidity
    let messages: [FetchedMessage]
}
