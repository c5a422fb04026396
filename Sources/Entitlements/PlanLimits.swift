/// What one plan includes. Values, so that an operator can configure others.
package struct PlanLimits: Sendable, Hashable {
    /// Mail accounts that one user may connect.
    package var accountsPerUser: Int
    /// Whether mail is synced at all.
    package var allowsFullSync: Bool
    /// The shortest time between two visits of an account, in seconds; `nil` where nothing is synced.
    package var shortestSyncInterval: Int?
    /// Whether the server's own notices (IDLE, NOTIFY) start a visit between two intervals.
    package var allowsPush: Bool

    package init(accountsPerUser: Int, allowsFullSync: Bool, shortestSyncInterval: Int?, allowsPush: Bool) {
        self.accountsPerUser = accountsPerUser
        self.allowsFullSync = allowsFullSync
        self.shortestSyncInterval = shortestSyncInterval
        self.allowsPush = allowsPush
    }
}
