import MailModel

/// A placement on its way into the table.
struct PlacementRow {
    let message: MessageID
    let folder: FolderID
    let uidValidity: UIDValidity
    let uid: UID
    let flags: [Flag]
    let modSequence: ModSequence?
    let internalDate: EpochSeconds
}

extension PlacementRow {
    init(_ placed: CheckpointPlan.Placed) {
        let message = placed.message
        self.init(
            message: placed.id, folder: message.folder, uidValidity: message.uidValidity, uid: message.uid,
            flags: message.flags, modSequence: message.modSequence, internalDate: message.internalDate)
    }

    init(_ replacement: Checkpoint.Replacement) {
        self.init(
            message: replacement.messageID, folder: replacement.folder, uidValidity: replacement.uidValidity,
            uid: replacement.uid, flags: replacement.flags, modSequence: replacement.modSequence,
            internalDate: replacement.internalDate)
    }
}
