import MailModel
import Postgres

/// Rows of `account_dispatch`, within a caller's transaction.
enum DispatchQueries {
    /// Makes an account due at once and takes its `read` lane from a visit under way, whose later commits would undo what
    /// this transaction changes. Last in a transaction, as a checkpoint's fence is.
    static func restart(_ key: AccountKey) -> Statement {
        Statement(
            """
            UPDATE account_dispatch SET read_token = read_token + 1, next_due_at = now(), dispatched_until = NULL
             WHERE organization_id = $1 AND account_id = $2
            """, key.organizationID, key.accountID)
    }
}
