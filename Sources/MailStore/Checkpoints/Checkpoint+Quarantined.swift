package import MailModel

extension Checkpoint {
    /// A message that crashes or stalls whoever parses it: held apart, and its UID skipped as ``SkipReason/quarantined``.
    package struct Quarantined: Sendable {
        package let folder: FolderID
        package let uidValidity: UIDValidity
        package let uid: UID
        /// 32 bytes; `nil` where not even the bytes could be had.
        package let sha256: [UInt8]?
        /// Kept in the database, once per content; `nil` together with the hash.
        package let raw: RawContent?
        /// For people: what happened. At most 1,000 characters are kept.
        package let reason: String

        package init(
            folder: FolderID, uidValidity: UIDValidity, uid: UID, sha256: [UInt8]?, raw: RawContent?, reason: String
        ) {
            self.folder = folder
            self.uidValidity = uidValidity
            self.uid = uid
            self.sha256 = sha256
            self.raw = raw
            self.reason = reason
        }
    }
}
