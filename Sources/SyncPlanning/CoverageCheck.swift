package import MailModel

/// The invariant of a watched folder at every quiet moment: each server UID is placed, or skipped with a reason, and
/// together they equal the server's set.
package enum CoverageCheck {
    /// - Parameters:
    ///   - server: the folder's complete UID set, from an OK-tagged reply.
    ///   - placed: UIDs stored under the same UIDVALIDITY.
    ///   - skipped: known and not stored, with the reasons.
    package static func verify(
        server: UIDSet, placed: UIDSet, skipped: [(uids: UIDSet, reason: SkipReason)]
    ) -> CoverageDifferences {
        var allSkipped = UIDSet()
        var contradictory = UIDSet()
        for (uids, _) in skipped {
            contradictory = contradictory.union(uids.intersection(allSkipped))
            allSkipped = allSkipped.union(uids)
        }
        contradictory = contradictory.union(placed.intersection(allSkipped))
        return CoverageDifferences(
            missing: server.subtracting(placed).subtracting(allSkipped), vanished: placed.subtracting(server),
            skippedVanished: allSkipped.subtracting(server), contradictory: contradictory)
    }
}
