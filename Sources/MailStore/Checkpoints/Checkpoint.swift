package import MailModel

/// What one transaction of a visit makes durable, all of it or nothing: messages with their threads and placements, what
/// moved or went, flags, skipped ranges, folder cursors, what became of actions, progress, and with the last one the
/// visit's result.
///
/// Every checkpoint leaves each message's standing (in scope, trashed, absent) true to its placements, and raises the
/// tracked actions of its new messages; nothing of that is left for a later one, which may never come.
package struct Checkpoint: Sendable {
    package var messages: [NewMessage] = []
    package var replacements: [Replacement] = []
    package var removals: [Removal] = []
    package var flagChanges: [FlagChange] = []
    package var quarantines: [Quarantined] = []
    package var skips: [Skip] = []
    package var cursors: [FolderID: FolderCursor] = [:]
    /// What the server calls a folder whatever its name (RFC 8474 §4).
    package var mailboxIDs: [FolderID: String] = [:]
    /// Folders whose UIDVALIDITY was seen to change, and when.
    package var restages: [FolderID: EpochSeconds] = [:]
    /// Folders whose placements of any other UIDVALIDITY are dropped: their new generation is complete.
    package var settledGenerations: [FolderID: UIDValidity] = [:]
    /// Orphans (``Orphan``) that were sought everywhere. Those that still lie nowhere are deleted from now on.
    package var soughtOrphans: [MessageID] = []
    package var joins: [Join] = []
    package var actionOutcomes: [ActionOutcome] = []
    package var misses: [Miss] = []
    package var progress: SyncProgress?
    package var completion: Completion?
    /// The run of which it is a part, kept with each new message.
    package var runID: RunID?

    package init() {}

    /// Raw bytes of its messages.
    package var byteCount: Int { messages.reduce(0) { $0 + $1.raw.count } }

    package var isEmpty: Bool {
        messages.isEmpty && replacements.isEmpty && removals.isEmpty && flagChanges.isEmpty && quarantines.isEmpty
            && skips.isEmpty && cursors.isEmpty && mailboxIDs.isEmpty && restages.isEmpty && settledGenerations.isEmpty
            && soughtOrphans.isEmpty && joins.isEmpty && actionOutcomes.isEmpty && misses.isEmpty && progress == nil
            && completion == nil
    }
}
