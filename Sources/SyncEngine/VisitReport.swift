package import MailStore

/// What a visit did.
package struct VisitReport: Sendable {
    /// How it ended.
    package enum Outcome: Sendable, Equatable {
        /// Everything that there was is stored, and the cursors say so.
        case complete
        /// It was asked to stop, and stopped at a checkpoint.
        case stopped
        /// The account isn't to be synced now.
        case notRunnable
        /// It failed; the account's row says how and when it is tried again.
        case failed(AccountProblem)
    }

    package var outcome: Outcome
    package var messages = 0
    package var bytes = 0
    package var newThreads = 0
    package var flagChanges = 0

    package init(outcome: Outcome) { self.outcome = outcome }

    mutating func add(_ result: CheckpointResult, bytes: Int) {
        messages += result.newMessages
        newThreads += result.newThreads
        flagChanges += result.changedFlags
        self.bytes += bytes
    }
}
