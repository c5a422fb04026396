package import MailModel
import Postgres

extension Store {
    /// Widens an account's window: the first-sync rule runs again over its folders, and fetches what is inside
    /// the new window and not stored. Widening to what it is already, or was widened to before, changes nothing.
    ///
    /// A visit under way loses its lane: its cursors would say that all is known.
    ///
    /// - Parameter seconds: from T back. It only ever grows.
    /// - Throws: `refused(not_started)`, `refused(window_not_wider)`.
    package func widen(_ id: AccountID, to seconds: Int64) async throws(StoreError) {
        let account = try await account(id)
        guard account.startedAt != nil else {
            throw .refused(code: "not_started", text: "the account isn't started; run: postrider account start \(id)")
        }
        guard seconds >= account.windowSeconds else {
            throw .refused(
                code: "window_not_wider",
                text: "the window reaches back \(account.windowSeconds) s already, and nothing that is stored is let go"
            )
        }
        let key = account.key
        try await transaction { session in
            _ = try session.query(FolderQueries.lockAll(of: key))
            let widened = try session.execute(
                Statement(
                    """
                    UPDATE accounts SET window_seconds = $3
                     WHERE organization_id = $1 AND id = $2 AND window_seconds < $3
                    """, key.organizationID, key.accountID, seconds))
            guard widened == 1 else { return }
            _ = try session.pipeline([
                // What was left out as too old is told anew by the run itself, which replaces that range.
                Statement(
                    "DELETE FROM folder_skips WHERE organization_id = $1 AND account_id = $2 AND reason = 'old_arrival'",
                    key.organizationID, key.accountID
                ),
                Statement(
                    "UPDATE folders SET proven_uid = 0 WHERE organization_id = $1 AND account_id = $2",
                    key.organizationID, key.accountID
                ),
                DispatchQueries.restart(key),
            ])
        }
    }
}
