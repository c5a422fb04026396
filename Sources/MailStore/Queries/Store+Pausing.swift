package import MailModel
import Postgres

extension Store {
    /// Stops syncing an account until it is resumed; T stays where it is, so that all that comes meanwhile is caught up
    /// then. A visit under way is refused its next commit. Pausing what is paused changes nothing.
    ///
    /// - Throws: `notFound`; `refused(account_suspended)` where the plan has stopped it already.
    package func pause(_ id: AccountID) async throws(StoreError) -> Account {
        let account = try await account(id)
        switch account.state {
        case .suspended:
            throw .refused(
                code: "account_suspended", text: "the account is suspended by its organization's plan already")
        case .disconnected:
            throw .refused(code: "account_removed", text: "the account was removed")
        case .connected, .initialSync, .live, .paused, .unreachable, .needsReauthentication: break
        }
        try await change(account.key, from: "state NOT IN ('paused', 'suspended', 'disconnected')", to: "'paused'")
        return try await self.account(id)
    }

    /// Lets a paused account go on; it is due at once.
    ///
    /// - Throws: `notFound`; `refused(account_not_paused)`.
    package func resume(_ id: AccountID) async throws(StoreError) -> Account {
        let account = try await account(id)
        guard account.state == .paused else {
            throw .refused(code: "account_not_paused", text: "the account is \(account.state.rawValue), not paused")
        }
        try await change(
            account.key, from: "state = 'paused'",
            to: """
                CASE WHEN started_at IS NULL THEN 'connected' WHEN first_sync_completed_at IS NULL THEN 'initial_sync'
                     ELSE 'live' END
                """)
        return try await self.account(id)
    }

    /// Rows of accounts before those of account_dispatch, as every other writer locks them.
    private func change(_ key: AccountKey, from condition: String, to state: String) async throws(StoreError) {
        try await transaction { session in
            _ = try session.pipeline([
                Statement(
                    EventQueries.telling(
                        """
                        UPDATE accounts SET state = \(state)
                         WHERE organization_id = $1 AND id = $2 AND \(condition) RETURNING state
                        """), key.organizationID, key.accountID
                ),
                Statement(
                    "UPDATE account_dispatch SET read_token = read_token + 1 WHERE organization_id = $1 AND account_id = $2",
                    key.organizationID, key.accountID
                ),
            ])
        }
    }
}
