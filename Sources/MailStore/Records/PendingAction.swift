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
    /// The gate of its account's provider, `host:NAME`.
    package let hostGate: String?
    package let cursor: Cursor

    /// Whether it is a reply to, or a forward of, old mail: carried out by the account's visits, on its `read` lane.
    package var isTracked: Bool { ActionKind(rawValue: kind) != nil }
}
