import IMAP
import IMAPCore
import Logging
import MailModel
import MailStore
import SyncPlanning

extension Visit {
    /// Brings an account that is live up to date: what arrived, what changed, what is gone, and where it went.
    ///
    /// ```
    /// each folder that differs: arrivals ─▶ flags ─▶ what is gone
    /// something is gone ─▶ written ─▶ looked for in every folder ─▶ written: moved, or deleted
    /// nothing differs   ─▶ completed together with other accounts' visits
    /// ```
    /// Arrivals of all folders come before any removal, so that what left one folder for another was moved. The cursors are
    /// written with what is gone: a visit that dies before that finds the same difference again.
    func incremental(_ survey: Survey) async throws -> VisitReport {
        var report = VisitReport(outcome: .complete)
        var changes = Checkpoint()
        for item in survey.watched + survey.followed {
            guard item.mayDiffer else { continue }
            if shouldStop() {
                report.outcome = .stopped
                return report
            }
            try await bringUpToDate(item, into: &changes, report: &report)
        }
        if !changes.removals.isEmpty || start.orphans > 0 {
            // What is gone is written before it is sought: it is an orphan from then on, whatever becomes of this visit.
            if !changes.isEmpty { report.add(try await commit(changes), bytes: 0) }
            changes = Checkpoint()
            guard try await followOrphans(in: survey) else {
                report.outcome = .stopped
                return report
            }
        } else if changes.isEmpty && report.messages == 0 {
            try await store.completeQuietVisit(
                QuietVisit(lease: lease, intervalSeconds: Double(account.intervalSeconds)))
            return report
        }
        let now = engine.time.now
        changes.completion = .init(finishedAt: now, nextDueAt: nextDue(after: now), completesFirstSync: false)
        report.add(try await commit(changes), bytes: 0)
        return report
    }

    /// Carries one folder's steps out.
    private func bringUpToDate(
        _ item: WatchedFolder, into changes: inout Checkpoint, report: inout VisitReport
    ) async throws {
        guard let cursor = item.folder.cursor, cursor.uidValidity == item.uidValidity else {
            return try await checkAnew(item, into: &changes)
        }
        let stored = try await store.contents(
            of: item.folder.id, uidValidity: item.uidValidity, account: account.key)
        let steps = PollPlanner.plan(
            remote: item.state, stored: cursor.state, placed: stored.placed, skipped: stored.skipped,
            means: changeMeans, overlap: mailbox.capabilities.isGmail ? engine.settings.gmailOverlap : 0)
        guard !steps.isEmpty else { return }
        try await open(item)
        var known = FolderKnowledge(placed: stored.placed, skipped: stored.skipped)
        var mustCompare = false
        var mayHaveLost = false
        for step in steps {
            switch step {
            case .fetchNew(let first):
                // Nothing is taken from a folder that isn't synced.
                guard item.folder.isWatched else { continue }
                let listed = try await mailbox.uidSearch(.uids(UIDSet(first...UID.max)))
                let new = PollPlanner.arrivals(in: listed, from: first)
                try await takeArrivals(new, of: item, known: &known, into: &changes, report: &report)
            case .compareSets:
                mustCompare = true
            case .findExpunged:
                mayHaveLost = true
            case .refreshFlags(let placed):
                try await refreshFlags(of: placed, in: item, stored: stored, into: &changes)
            case .refreshFlagsChanged(let since):
                guard let last = stored.placed.last else { continue }
                try await refreshChanges(
                    since: since, upTo: last, of: item, stored: stored, known: &known, into: &changes)
            case .findChanges(let since, let last):
                mayHaveLost = true
                try await refreshChanges(
                    since: since, upTo: last, of: item, stored: stored, known: &known, into: &changes)
            case .restage:
                throw SyncError.folderChanged(item.folder.id)
            }
        }
        if item.folder.isWatched {
            // A server's word of what came and what vanished holds if what is left is as many as it counted; otherwise
            // only its whole set tells (mail-exactness 6 and 8).
            if mustCompare || !known.agrees(exists: item.exists, uidNext: item.uidNext) {
                let listed = try await mailbox.uidSearch(.all)
                known.remove(known.all.subtracting(listed))
                try await takeArrivals(
                    listed.subtracting(known.all), of: item, known: &known, into: &changes, report: &report)
            }
        } else if mustCompare || mayHaveLost || !known.vanished.isEmpty {
            known.remove(known.placed.subtracting(try await mailbox.uidSearch(.uids(known.placed))))
        }
        try await confirmRemovals(&known, of: item, placedBefore: stored.placed)
        if !known.vanished.isEmpty {
            changes.removals.append(
                .init(folder: item.folder.id, uidValidity: item.uidValidity, uids: known.vanished))
        }
        // What the server counts and doesn't show yet is looked for again: the folder stays as it was (mail-exactness 7).
        if item.folder.isWatched, known.lacks(exists: item.exists, uidNext: item.uidNext) { return }
        // Without mod-sequences a folder is read to learn that nothing changed; then there is nothing to keep either.
        let next = item.folder.isWatched ? item.provenCursor(highest: nil) : item.seenCursor
        if next != cursor { changes.cursors[item.folder.id] = next }
    }

    /// A followed folder that is seen for the first time, or whose UIDs mean something else than those that are stored:
    /// what was placed there under other UIDs is sought again.
    private func checkAnew(_ item: WatchedFolder, into changes: inout Checkpoint) async throws {
        guard !item.folder.isWatched else { return }
        changes.settledGenerations[item.folder.id] = item.uidValidity
        let stored = try await store.contents(
            of: item.folder.id, uidValidity: item.uidValidity, account: account.key)
        if !stored.placed.isEmpty {
            try await open(item)
            let listed = try await mailbox.uidSearch(.uids(stored.placed))
            // Its mod-sequence is taken for known from here on: also what changed since they were found there.
            try await refreshFlags(of: stored.placed.intersection(listed), in: item, stored: stored, into: &changes)
            let gone = stored.placed.subtracting(listed)
            if !gone.isEmpty {
                changes.removals.append(.init(folder: item.folder.id, uidValidity: item.uidValidity, uids: gone))
            }
        }
        changes.cursors[item.folder.id] = item.seenCursor
    }

    /// How this connection tells what changed.
    private var changeMeans: ChangeMeans {
        if mailbox.isEnabled("QRESYNC") { return .qresync }
        return mailbox.capabilities.hasCondstore ? .condstore : .none
    }

    /// Asks again, on a second connection, where so many messages are gone at once that it is more often a server's fault
    /// than a wish.
    private func confirmRemovals(
        _ known: inout FolderKnowledge, of item: WatchedFolder, placedBefore placed: UIDSet
    ) async throws {
        let gone = known.vanished.intersection(placed)
        guard case .confirm = ExpungeRule.decide(gone: gone.count, of: placed.count) else { return }
        let second = try await engine.openMailbox(account, false).mailbox
        let listed: UIDSet
        do {
            let selected = try await second.examine(item.folder.path)
            guard selected.uidValidity == item.uidValidity else { throw SyncError.folderChanged(item.folder.id) }
            listed = try await second.uidSearch(.uids(gone))
            await second.logout()
        } catch {
            await second.close()
            throw error
        }
        guard listed.intersection(gone).isEmpty else {
            engine.log.warning(
                "a server left out messages that it has on another connection; nothing is removed",
                metadata: ["account": "\(account.id)", "folder": "\(item.folder.id)", "messages": "\(gone.count)"])
            throw SyncError.listingsDisagree(item.folder.id)
        }
    }

    func refreshFlags(
        of placed: UIDSet, in item: WatchedFolder, stored: Store.FolderContents, into changes: inout Checkpoint
    ) async throws {
        for try await batch in try mailbox.fetchAttributes(placed, items: [.flags]) {
            for attributes in batch { note(attributes, in: item, stored: stored, into: &changes) }
        }
    }

    /// What changed since a mod-sequence, and, where the server tells, what vanished.
    private func refreshChanges(
        since: ModSequence, upTo last: UID, of item: WatchedFolder, stored: Store.FolderContents,
        known: inout FolderKnowledge, into changes: inout Checkpoint
    ) async throws {
        for try await batch in try mailbox.fetchChanges(UIDSet(UID.min...last), since: since, items: [.flags]) {
            for change in batch {
                switch change {
                case .attributes(let attributes): note(attributes, in: item, stored: stored, into: &changes)
                case .vanished(let uids): known.remove(uids)
                }
            }
        }
        changes.flagChanges.sort { ($0.modSequence?.rawValue ?? 0) < ($1.modSequence?.rawValue ?? 0) }
    }

    private func note(
        _ attributes: FetchedAttributes, in item: WatchedFolder, stored: Store.FolderContents,
        into changes: inout Checkpoint
    ) {
        guard let flags = attributes.flags, let before = stored.flags[attributes.uid],
            before != Store.flagText(flags)
        else { return }
        changes.flagChanges.append(
            .init(
                folder: item.folder.id, uidValidity: item.uidValidity, uid: attributes.uid, flags: flags,
                modSequence: attributes.modSequence))
    }
}
