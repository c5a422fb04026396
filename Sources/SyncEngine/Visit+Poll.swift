import IMAP
import IMAPCore
import MailModel
import MailStore
import SyncPlanning
import Threading

extension Visit {
    /// Brings an account that is live up to date: new mail, and the flags of what is placed.
    ///
    /// Messages that are gone from the server keep their placements for now: only a complete, confirmed set of UIDs may
    /// say that a message is gone.
    func poll(_ watched: [WatchedFolder]) async throws -> VisitReport {
        var report = VisitReport(outcome: .complete)
        var closing = Checkpoint()
        for item in watched {
            guard !shouldStop() else {
                report.outcome = .stopped
                return report
            }
            guard let cursor = item.folder.cursor else { continue }
            let stored = try await store.contents(
                of: item.folder.id, uidValidity: item.uidValidity, account: account.key)
            let steps = PollPlanner.plan(remote: item.state, stored: cursor.state, placed: stored.placed)
            guard !steps.isEmpty else { continue }
            _ = try await mailbox.examine(item.folder.path)
            for step in steps {
                switch step {
                case .fetchNew(let first):
                    let listed = try await mailbox.uidSearch(.uids(UIDSet(first...UID.max)))
                    let new = PollPlanner.arrivals(in: listed, from: first)
                    try await takeArrivals(new, of: item, stored: stored, into: &closing, report: &report)
                case .compareSets:
                    let listed = try await mailbox.uidSearch(.all)
                    try await takeArrivals(listed, of: item, stored: stored, into: &closing, report: &report)
                case .refreshFlags(let placed):
                    try await refreshFlags(of: placed, in: item, stored: stored, into: &closing)
                case .refreshFlagsChanged:
                    try await refreshFlags(of: stored.placed, in: item, stored: stored, into: &closing)
                case .findExpunged:
                    continue
                case .restage:
                    throw SyncError.folderChanged(item.folder.id)
                }
            }
            closing.cursors[item.folder.id] = item.provenCursor(highest: nil)
        }
        if closing.isEmpty && report.messages == 0 {
            try await store.completeQuietVisit(
                QuietVisit(lease: lease, intervalSeconds: Double(account.intervalSeconds)))
            return report
        }
        let now = engine.time.now
        closing.completion = .init(finishedAt: now, nextDueAt: nextDue(after: now), completesFirstSync: false)
        report.add(try await commit(closing), bytes: 0)
        return report
    }

    /// Takes what arrived: what is recent, or belongs to a thread that is synced; the rest is known and skipped.
    private func takeArrivals(
        _ listed: UIDSet, of item: WatchedFolder, stored: Store.FolderContents, into closing: inout Checkpoint,
        report: inout VisitReport
    ) async throws {
        let folder = item.folder.id
        let new = listed.subtracting(stored.placed).subtracting(stored.skipped)
        guard !new.isEmpty else { return }
        let index = try await MailboxIndex.read(new, of: item, from: mailbox)
        let arrivals = index.entries
        let known = try await store.knownLinks(Array(Set(arrivals.flatMap(\.linkKeys))), of: account.key)

        var wanted = UIDSet()
        var skipped: [SkipReason: UIDSet] = [:]
        if let undated = index.undated[folder] { skipped[.unfetchable] = undated }
        for group in ThreadGrouping.group(arrivals.map(\.threadable)) {
            let isSynced = group.contains { position in
                item.window.contains(arrivals[position].internalDate)
                    || arrivals[position].linkKeys.contains(where: known.contains)
            }
            for position in group {
                let arrival = arrivals[position]
                switch ArrivalRule.decide(
                    internalDate: arrival.internalDate, window: item.window, threadIsSynced: isSynced)
                {
                case .sync: wanted.insert(arrival.uid)
                case .skip(let reason): skipped[reason, default: UIDSet()].insert(arrival.uid)
                }
            }
        }
        if !wanted.isEmpty {
            let road = MessageRoad(visit: self, folders: [item])
            let pulled = try await road.pull([FetchRound(uids: [folder: wanted], threads: 0)], progress: nil)
            guard pulled.isComplete else { throw CancellationError() }
            report.messages += pulled.report.messages
            report.bytes += pulled.report.bytes
            report.newThreads += pulled.report.newThreads
            if let refused = try await road.retry(pulled.missing)[folder] {
                skipped[.unfetchable] = (skipped[.unfetchable] ?? UIDSet()).union(refused)
            }
        }
        for (reason, uids) in skipped.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            closing.skips.append(.init(folder: folder, uidValidity: item.uidValidity, uids: uids, reason: reason))
        }
    }

    private func refreshFlags(
        of placed: UIDSet, in item: WatchedFolder, stored: Store.FolderContents, into closing: inout Checkpoint
    ) async throws {
        for try await batch in try mailbox.fetchAttributes(placed, items: [.flags]) {
            for attributes in batch {
                guard let flags = attributes.flags, let before = stored.flags[attributes.uid],
                    before != Store.flagText(flags)
                else { continue }
                closing.flagChanges.append(
                    .init(
                        folder: item.folder.id, uidValidity: item.uidValidity, uid: attributes.uid, flags: flags))
            }
        }
    }
}

extension IndexEntry {
    /// What ties it to a thread; its date and people don't matter here.
    var threadable: ThreadableMessage {
        ThreadableMessage(
            messageID: messageID, inReplyTo: inReplyTo, references: references, providerThreadID: providerThreadID,
            threadIndexRoot: threadIndexRoot, date: internalDate)
    }
}
