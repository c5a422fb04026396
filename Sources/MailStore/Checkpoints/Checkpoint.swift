package import MailModel

/// What one transaction of a visit makes durable, all of it or nothing: messages with their threads and placements,
/// flags, skipped ranges, folder cursors, progress, and with the last one the visit's result.
package struct Checkpoint: Sendable {
    /// New flags of a message that is placed already.
    package struct FlagChange: Sendable, Hashable {
        package let folder: FolderID
        package let uidValidity: UIDValidity
        package let uid: UID
        package let flags: [Flag]

        package init(folder: FolderID, uidValidity: UIDValidity, uid: UID, flags: [Flag]) {
            self.folder = folder
            self.uidValidity = uidValidity
            self.uid = uid
            self.flags = flags
        }
    }

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

    /// How a visit that was carried through leaves the account.
    package struct Completion: Sendable, Hashable {
        package let finishedAt: EpochSeconds
        package let nextDueAt: EpochSeconds
        /// Whether this visit completed the first sync.
        package let completesFirstSync: Bool

        package init(finishedAt: EpochSeconds, nextDueAt: EpochSeconds, completesFirstSync: Bool) {
            self.finishedAt = finishedAt
            self.nextDueAt = nextDueAt
            self.completesFirstSync = completesFirstSync
        }
    }

    package var messages: [NewMessage] = []
    package var flagChanges: [FlagChange] = []
    package var skips: [Skip] = []
    package var cursors: [FolderID: FolderCursor] = [:]
    /// Folders whose placements of any other UIDVALIDITY are dropped: their new generation is complete.
    package var settledGenerations: [FolderID: UIDValidity] = [:]
    package var progress: SyncProgress?
    package var completion: Completion?

    package init() {}

    /// Raw bytes of its messages.
    package var byteCount: Int { messages.reduce(0) { $0 + $1.raw.count } }

    package var isEmpty: Bool {
        messages.isEmpty && flagChanges.isEmpty && skips.isEmpty && cursors.isEmpty && settledGenerations.isEmpty
            && progress == nil && completion == nil
    }
}
