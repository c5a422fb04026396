package import MailModel
import Postgres

/// An action that isn't ended, as a rebuild of the queue needs it.
package struct PendingAction: Sendable, Hashable {
    /// Where a page ended.
    package struct Cursor: Sendable, Hashable {
        let account: AccountKey
        let createdAt: PostgresTimestamp
        let id: ActionID
    }

    package let account: AccountKey
    package let id: ActionID
    package let kind: String
    package let isRunning: Bool
    package let notBefore: EpochSeconds?
    package let cursor: Cursor
}
