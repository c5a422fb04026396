package import MailModel

/// What keeps a folder's stored UIDs from being exactly the server's.
package struct CoverageDifferences: Sendable, Hashable {
    /// On the server, neither placed nor skipped: lost mail, if the set is newer than the last visit.
    package let missing: UIDSet
    /// Placed and not on the server: expunged since, or wrong.
    package let vanished: UIDSet
    /// Skipped and not on the server.
    package let skippedVanished: UIDSet
    /// Placed and skipped at once, or skipped for two reasons.
    package let contradictory: UIDSet

    /// Whether placed and skipped UIDs together are the server's set, and each is only one of them.
    package var isEmpty: Bool {
        missing.isEmpty && vanished.isEmpty && skippedVanished.isEmpty && contradictory.isEmpty
    }
}
