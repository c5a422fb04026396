import MailModel

/// A message on the server that may belong to the thread of one that is sought, by its header fields.
struct Relative: Sendable, Hashable {
    let folder: FolderID
    let uid: UID
    let messageID: HeaderMessageID?
    let inReplyTo: [HeaderMessageID]
    let references: [HeaderMessageID]
    let internalDate: EpochSeconds
    let size: Int

    /// All ids that it bears or names.
    var ids: [HeaderMessageID] { [messageID].compactMap(\.self) + inReplyTo + references }
}
