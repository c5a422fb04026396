package import MailModel

extension Checkpoint {
    /// New flags of a message that is placed already.
    package struct FlagChange: Sendable, Hashable {
        package let folder: FolderID
        package let uidValidity: UIDValidity
        package let uid: UID
        package let flags: [Flag]
        /// `nil` where the server doesn't tell: the placement keeps what it has.
        package let modSequence: ModSequence?

        package init(
            folder: FolderID, uidValidity: UIDValidity, uid: UID, flags: [Flag], modSequence: ModSequence? = nil
        ) {
            self.folder = folder
            self.uidValidity = uidValidity
            self.uid = uid
            self.flags = flags
            self.modSequence = modSequence
        }
    }
}
