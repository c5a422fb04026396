package import MailModel

/// Plans a visit to a folder whose first sync is complete: what differs between the status saved at the end of the last
/// visit and the status now.
///
/// ```
/// UIDVALIDITY differs or is 0 ──▶ restage
/// UIDNEXT unknown or went back ─▶ compareSets, flags
/// UIDNEXT grew ─────────────────▶ fetchNew ┐
/// HIGHESTMODSEQ grew, QRESYNC ──▶ findChanges: flags and expunges at once
/// EXISTS isn't what that makes ─▶ findExpunged ┤ flags
/// nothing differs ──────────────▶ nothing, or flags where only asking tells
/// ```
///
/// Once all is applied, the engine compares the counts: a server may leave an expunge untold, or name live UIDs as vanished
/// (mail-exactness 6 and 8).
package enum PollPlanner {
    /// - Parameters:
    ///   - remote: read **before** anything else of the visit, and saved at its end, so that whatever comes meanwhile
    ///     still shows as a difference.
    ///   - stored: what was saved so at the end of the last complete visit.
    ///   - placed: UIDs of the folder that are stored.
    ///   - skipped: UIDs of the folder that are known and not stored: they vanish too.
    ///   - means: what the connection offers.
    ///   - overlap: how far below the saved mod-sequence changes are asked for, for servers on which HIGHESTMODSEQ
    ///     moves before the changes can be seen (Gmail, mail-exactness 7).
    ///   - flagsAreDue: whether to read all placed flags where no mod-sequence tells that none changed. The engine says
    ///     so at most once an interval, since it costs about 30 bytes a message.
    /// - Returns: in the order in which to carry them out; empty when nothing can have changed.
    package static func plan(
        remote: FolderState, stored: FolderState, placed: UIDSet, skipped: UIDSet = UIDSet(),
        means: ChangeMeans = .condstore, overlap: UInt64 = 0, flagsAreDue: Bool = true
    ) -> [SyncStep] {
        guard remote.uidValidity == stored.uidValidity, remote.uidValidity.isStable else {
            return [.restage(remote.uidValidity)]
        }
        let membership = membership(remote: remote, stored: stored)
        let known = placed.union(skipped)
        if known.isEmpty { return membership }
        let changes = means == .none ? .untold : ModSequenceChange(from: stored, to: remote)
        switch changes {
        case .untold: return placed.isEmpty || !flagsAreDue ? membership : membership + [.refreshFlags(placed)]
        case .same: return membership
        // Fallen: the server has lost count, and so has whatever was counted from it.
        case .fallen: return placed.isEmpty ? membership : membership + [.refreshFlags(placed)]
        case .grown(let then):
            let since = ModSequence(rawValue: then.rawValue > overlap ? then.rawValue - overlap : 1)
            // Where the whole set is compared anyway, what vanished shows there.
            if means == .qresync, membership != [.compareSets], let last = known.last {
                return membership.filter { !$0.isFindExpunged } + [.findChanges(since: since, upTo: last)]
            }
            return placed.isEmpty ? membership : membership + [.refreshFlagsChanged(since: since)]
        }
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
}

/// What the mod-sequences of two states say.
private enum ModSequenceChange {
    /// One of them has none, or 0, which is none (mail-exactness 7).
    case untold
    case same, fallen
    case grown(since: ModSequence)

    init(from stored: FolderState, to remote: FolderState) {
        guard let now = remote.highestModSequence, now.rawValue > 0, let then = stored.highestModSequence,
            then.rawValue > 0
        else {
            self = .untold
            return
        }
        self = now == then ? .same : now < then ? .fallen : .grown(since: then)
    }
}

extension SyncStep {
    fileprivate var isFindExpunged: Bool {
        if case .findExpunged = self { true } else { false }
    }
}
