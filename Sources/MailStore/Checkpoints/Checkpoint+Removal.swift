package import MailModel

extension Checkpoint {
    /// UIDs that a folder has no more, placed or skipped. Their messages stay: one that lies nowhere else becomes an
    /// orphan (``Orphan``), to be sought in other folders before it counts as deleted.
    package struct Removal: Sendable, Hashable {
        package let folder: FolderID
        package let uidValidity: UIDValidity
        package let uids: UIDSet

        package init(folder: FolderID, uidValidity: UIDValidity, uids: UIDSet) {
            self.folder = folder
            self.uidValidity = uidValidity
            self.uids = uids
        }
    }
}
