import MailModel

/// Where one message lies within a folder's present generation.
struct MessagePlace: Hashable, Sendable {
    let folder: FolderID
    let uid: UID
}
