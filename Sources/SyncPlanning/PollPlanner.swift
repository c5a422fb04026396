package import MailModel

/// Plans a visit to a folder whose first sync is complete: what differs between the status saved at the end of the last
/// visit and the status now.
///
/// ```
/// UIDVALIDITY differs or is 0 ──▶ restage
/// UIDNEXT unknown or went back ─▶ compareSets, flags
/// UIDNEXT grew ─────────────────▶ fetchNew ┐
/// EXISTS isn't what that makes ─▶ findExpunged ┤ flags
/// nothing differs ──────────────▶ nothing, or flags where only asking tells
/// ```
package enum PollPlanner {
    /// - Parameters:
    ///   - remote: read **before** anything else of the visit, and saved at its end, so that whatever comes meanwhile
    ///     still shows as a difference.
    ///   - stored: what was saved so at the end of the last complete visit.
    ///   - placed: UIDs of the folder that are stored.
    ///   - flagsAreDue: whether to read all placed flags where no mod-sequence tells that none changed. The engine says
    ///     so at most once an interval, since it costs about 30 bytes a message.
    /// - Returns: in the order in which to carry them out; empty when nothing can have changed.
    package static func plan(
        remote: FolderState, stored: FolderState, placed: UIDSet, flagsAreDue: Bool = true
    ) -> [SyncStep] {
        guard remote.uidValidity == stored.uidValidity, remote.uidValidity.isStable else {
            return [.restage(remote.uidValidity)]
        }
        return membership(remote: remote, stored: stored)
            + flags(remote: remote, stored: stored, placed: placed, areDue: flagsAreDue)
    }

    /// Of the UIDs in a reply to `UID FETCH n:*`, those that are new.
    package static func arrivals(in listed: UIDSet, from first: UID) -> UIDSet {
        listed.intersection(UIDSet(first...UID.max))
    }

    private static func membership(remote: FolderState, stored: FolderState) -> [SyncStep] {
        guard let next = remote.uidNext, let known = stored.uidNext, next >= known else { return [.compareSets] }
        let issued = Int(next.rawValue - known.rawValue)
        let change = remote.exists - stored.exists
        // More messages than UIDs were given out: one of the two numbers is wrong.
        if change > issued { return [.compareSets] }
        var steps: [SyncStep] = []
        if issued > 0 { steps.append(.fetchNew(from: known)) }
        // Of the UIDs given out, some may have gone again before this visit: that shows like an expunge, and is cheap
        // to tell from one.
        if change < issued { steps.append(.findExpunged(below: known)) }
        return steps
    }

    private static func flags(
        remote: FolderState, stored: FolderState, placed: UIDSet, areDue: Bool
    ) -> [SyncStep] {
        if placed.isEmpty { return [] }
        guard let now = remote.highestModSequence, now.rawValue > 0, let then = stored.highestModSequence,
            then.rawValue > 0
        else { return areDue ? [.refreshFlags(placed)] : [] }
        if now == then { return [] }
        // Fallen: the server has lost count, and so has whatever was counted from it (mail-exactness 7).
        if now < then { return [.refreshFlags(placed)] }
        return [.refreshFlagsChanged(since: then)]
    }
}
