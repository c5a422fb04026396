/// Accounts that one look has marked as dispatched.
package struct DispatchBatch: Sendable, Hashable {
    package let due: [DueAccount]
    /// For how many seconds the longest due of them had waited for this look; 0 where none had. An account whose earlier
    /// dispatch came to nothing doesn't count.
    package let lagSeconds: Double

    package var accounts: [AccountKey] { due.map(\.key) }
}
