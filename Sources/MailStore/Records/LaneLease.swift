/// The right to write for one account on one lane, taken from `account_dispatch` when a job starts. A newer lease makes
/// every commit under an older one fail at its fence.
package struct LaneLease: Sendable, Hashable {
    /// Syncing reads; actions write.
    package enum Lane: String, Sendable { case read, write }

    package let account: AccountKey
    package let lane: Lane
    package let token: Int64
}
