import IMAP

/// Messages of one folder as they came from the server.
struct FetchedBatch: Sendable {
    let folder: WatchedFolder
    var messages: [FetchedMessage]
}
