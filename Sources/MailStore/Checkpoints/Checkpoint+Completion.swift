package import MailModel

extension Checkpoint {
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
}
