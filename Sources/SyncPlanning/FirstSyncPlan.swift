package import MailModel

/// What a first sync has to do, from wherever it stands.
package struct FirstSyncPlan: Sendable, Equatable {
    /// Threads with something left to fetch, newest first.
    package let remaining: [PlannedThread]
    /// UIDs that are known and too old (``SkipReason/tooOld``), for every folder that was given. Each folder's placed,
    /// remaining and skipped UIDs never overlap, and together are its entries.
    package let skipped: [FolderID: UIDSet]
    /// The whole first sync, with what is placed already.
    package let totals: SyncTotals
    /// What is placed already; a thread counts once all of it is.
    package let done: SyncTotals
}
