package import MailModel

extension Checkpoint {
    /// A stored message that was found at another place, without its bytes: moved, followed, or paired with a folder's
    /// new generation.
    package struct Replacement: Sendable, Hashable {
        package let messageID: MessageID
        package let folder: FolderID
        package let uidValidity: UIDValidity
        package let uid: UID
        package let flags: [Flag]
        package let modSequence: ModSequence?
        package let internalDate: EpochSeconds

        package init(
            messageID: MessageID, folder: FolderID, uidValidity: UIDValidity, uid: UID, flags: [Flag],
            modSequence: ModSequence?, internalDate: EpochSeconds
        ) {
            self.messageID = messageID
            self.folder = folder
            self.uidValidity = uidValidity
            self.uid = uid
            self.flags = flags
            self.modSequence = modSequence
            self.internalDate = internalDate
        }
    }
}
