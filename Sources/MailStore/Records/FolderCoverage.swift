package import MailModel

/// Which UIDs of a folder's generation are known: placed, or skipped for a reason.
package struct FolderCoverage: Sendable, Hashable {
    package let placed: UIDSet
    package let skipped: [SkipReason: UIDSet]

    package init(placed: UIDSet, skipped: [SkipReason: UIDSet]) {
        self.placed = placed
        self.skipped = skipped
    }

    /// All skipped UIDs, whatever the reason.
    package var allSkipped: UIDSet { skipped.values.reduce(UIDSet()) { $0.union($1) } }
}
