import Postgres
import MailModel

/// Accounts whose dispatch still holds, a page of them.
package struct DispatchPage: Sendable, Hashable {
    /// Where a page ended.
    package struct Cursor: Sendable, Hashable {
        let dispatchedUntil: PostgresTimestamp
        let account: AccountID
    }

    package let due: [DueAccount]
    /// Where the next page begins; `nil` after the last.
    package let next: Cursor?

    package var accounts: [AccountKey] { due.map(\.key) }
}
