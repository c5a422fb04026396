/// All that a visit begins with: the account as it stands, under a lease of its `read` lane.
package struct VisitStart: Sendable {
    package let lease: LaneLease
    package let account: Account
    /// Those that exist, by path.
    package let folders: [Folder]
    /// The account's own, lower-cased.
    package let addresses: Set<String>
    /// How many visits have failed in a row.
    package let failures: Int
    /// Tracked actions that may be carried out now.
    package let openTrackedActions: Int
    /// Messages that lie nowhere and haven't been sought everywhere yet.
    package let orphans: Int
}
