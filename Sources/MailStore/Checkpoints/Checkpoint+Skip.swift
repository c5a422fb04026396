package import MailModel

extension Checkpoint {
    /// UIDs that are known and will not be stored.
    package struct Skip: Sendable, Hashable {
        package let folder: FolderID
        package let uidValidity: UIDValidity
        package let uids: UIDSet
        package let reason: SkipReason
        /// Whether these are all of the folder's for that reason, instead of more of them.
        package let replaces: Bool

        package init(
            folder: FolderID, uidValidity: UIDValidity, uids: UIDSet, reason: SkipReason, replaces: Bool = false
        ) {
            self.folder = folder
            self.uidValidity = uidValidity
            self.uids = uids
            self.reason = reason
            self.replaces = replaces
        }
    }
}
