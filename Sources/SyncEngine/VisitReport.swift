package import MailModel
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
    /// What the messages that it stored say they came by.
    package var run: RunID?
    /// The watched folders, and what the server said of each before the visit read anything else.
    package var seen: [SeenFolder] = []
    package var messages = 0
    package var bytes = 0
    package var newThreads = 0
    package var flagChanges = 0
    /// Places that messages have left.
    package var removed = 0
    /// Messages that were placed anew without being fetched.
    package var copies = 0
    /// Replies to and forwards of old mail that were found.
    package var raisedActions = 0

    /// Whether anything is stored now that wasn't before, or was taken away.
    package var hasChanged: Bool { messages > 0 || flagChanges > 0 || copies > 0 || removed > 0 }

    package init(outcome: Outcome) { self.outcome = outcome }

    mutating func add(_ pulled: MessageRoad.Pulled) {
        messages += pulled.report.messages
        bytes += pulled.report.bytes
        newThreads += pulled.report.newThreads
        raisedActions += pulled.report.raisedActions
    }

    mutating func add(_ result: CheckpointResult, bytes: Int) {
        messages += result.newMessages
        newThreads += result.newThreads
        flagChanges += result.changedFlags
        raisedActions += result.raisedActions
        removed += result.removedPlacements
        self.bytes += bytes
    }
}
