import Logging
import MailModel
import MailStore
import Metrics
import SyncPlanning
import Threading

extension Visit {
    /// Carries the first sync on from wherever it stands, to its end.
    ///
    /// Also for a folder that was chosen later, for one whose UIDVALIDITY has changed, and for a window that was widened:
    /// all watched folders are indexed, since the threads that are due may have members in each of them; what is stored
    /// already is left out.
    func firstSync(_ survey: Survey) async throws -> VisitReport {
        var watched: [WatchedFolder] = []
        for item in survey.watched {
            if item.isRestaged, try await !restage(item) { continue }
            watched.append(item)
        }
        var stored: [FolderID: UIDSet] = [:]
        var skipped: [FolderID: UIDSet] = [:]
        for item in watched {
            let coverage = try await store.coverage(
                of: item.folder.id, uidValidity: item.uidValidity, account: account.key)
            stored[item.folder.id] = coverage.placed
            skipped[item.folder.id] = coverage.allSkipped
        }
        let index = try await engine.metrics.index.measure {
            try await MailboxIndex.read(
                watched, for: .firstSync, placed: stored, hasStored: account.firstSyncCompletedAt != nil, from: mailbox)
        }
        let plan = FirstSyncPlanner.plan(
            entries: index.entries,
            windows: Dictionary(uniqueKeysWithValues: watched.map { ($0.folder.id, $0.window) }),
            stored: stored, synced: try await syncedLinks(of: index.entries))
        engine.log.info(
            "first sync planned",
            metadata: [
                "account": "\(account.id)", "threads": "\(plan.totals.threads)", "messages": "\(plan.totals.messages)",
                "means": "\(index.means)",
            ])

        var report = VisitReport(outcome: .complete)
        let before = try await store.progress(of: account.key)
        var progress = SyncProgress()
        // Where no header was read, how many threads there are shows only as they come.
        let countsThreadsAsTheyCome = index.means == .everythingIsRecent
        progress.threadsFound = countsThreadsAsTheyCome ? 0 : plan.totals.threads
        progress.messagesFound = plan.totals.messages
        progress.bytesFound = plan.totals.bytes
        progress.threadsDone = countsThreadsAsTheyCome ? before.threadsDone : plan.done.threads
        progress.messagesDone = plan.done.messages
        progress.bytesDone = plan.done.bytes
        progress.beganAt = before.beganAt ?? engine.time.now
        var opening = Checkpoint()
        opening.progress = progress
        _ = try await commit(opening)

        let due = Set(plan.remaining.flatMap { $0.members.map { MessagePlace(folder: $0.folder, uid: $0.uid) } })
        let known = try await placeCopies(
            of: index.entries.filter { due.contains(MessagePlace(folder: $0.folder, uid: $0.uid)) }, in: watched)
        let copies = CopyPlan(plan.remaining, entries: index.entries, placed: known)
        let rounds = FetchRounds.cut(
            copies.fetched, firstMessages: engine.settings.firstRoundMessages,
            messages: engine.settings.roundMessages, bytes: engine.settings.roundBytes)
        let coming = index.entries.lazy.filter { plan.skipped[$0.folder]?.contains($0.uid) != true }
            .compactMap(\.messageID)
        let road = MessageRoad(visit: self, folders: watched, purpose: .firstSync, coming: Set(coming))
        let pulled = try await engine.metrics.pull.measure {
            try await road.pull(rounds, progress: progress, countsNewThreads: countsThreadsAsTheyCome)
        }
        report.add(pulled)
        guard pulled.isComplete else {
            report.outcome = .stopped
            return report
        }

        let unfetchable = try await road.retry(pulled)
        let placed = try await placeCopies(of: copies.postponed, in: watched)
        report.copies = known.count + placed.count
        // A copy whose message didn't come after all is fetched by itself.
        let left = copies.postponed(without: placed)
        if !left.isEmpty {
            let rest = try await road.pull([FetchRound(uids: left, threads: 0)], progress: nil)
            guard rest.isComplete else {
                report.outcome = .stopped
                return report
            }
            report.add(rest)
        }

        var settling = Checkpoint()
        for item in watched {
            let folder = item.folder.id
            settling.skips.append(
                .init(
                    folder: folder, uidValidity: item.uidValidity,
                    uids: (plan.skipped[folder] ?? UIDSet()).union(index.certainlyOld[folder] ?? UIDSet()),
                    reason: .tooOld,
                    replaces: true))
            var refused = unfetchable.mapValues { $0[folder] ?? UIDSet() }
            refused[.unfetchable, default: UIDSet()] = (refused[.unfetchable] ?? UIDSet()).union(
                index.undated[folder] ?? UIDSet())
            for (reason, uids) in refused.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where !uids.isEmpty {
                settling.skips.append(
                    .init(folder: folder, uidValidity: item.uidValidity, uids: uids, reason: reason))
            }
            if let listed = index.listed[folder] {
                let before = stored[folder] ?? UIDSet()
                let gone = before.union(skipped[folder] ?? UIDSet()).subtracting(listed)
                if !gone.isEmpty {
                    settling.removals.append(.init(folder: folder, uidValidity: item.uidValidity, uids: gone))
                }
                // The cursor's mod-sequence will say that all flags are known: also those of what was placed before.
                try await refreshAllFlags(of: before.intersection(listed), in: item, into: &settling)
            }
            settling.settledGenerations[folder] = item.uidValidity
        }
        var closing = settling
        if !settling.removals.isEmpty || start.orphans > 0 || watched.contains(where: \.isRestaged) {
            _ = try await commit(settling)
            guard try await followOrphans(in: survey) else {
                report.outcome = .stopped
                return report
            }
            closing = Checkpoint()
        }
        closing.progress = pulled.progress
        if countsThreadsAsTheyCome { closing.progress?.threadsFound = pulled.progress?.threadsDone ?? 0 }
        for item in watched {
            closing.cursors[item.folder.id] = item.provenCursor(highest: index.highest[item.folder.id])
        }
        // What arrived while the first sync ran is waiting: the next visit is due at once.
        let now = engine.time.now
        closing.completion = .init(
            finishedAt: now, nextDueAt: now, completesFirstSync: account.firstSyncCompletedAt == nil)
        _ = try await commit(closing)
        return report
    }

    /// The link keys that threads have which are stored already, once a first sync has been completed: what is stored may
    /// lie outside the folders that this one goes over.
    private func syncedLinks(of entries: [IndexEntry]) async throws -> Set<LinkKey> {
        guard account.firstSyncCompletedAt != nil else { return [] }
        let links = Array(Set(entries.flatMap(\.linkKeys)))
        var synced: Set<LinkKey> = []
        for start in stride(from: 0, to: links.count, by: Self.linksAtOnce) {
            synced.formUnion(
                try await store.knownLinks(
                    Array(links[start..<min(start + Self.linksAtOnce, links.count)]), of: account.key))
        }
        return synced
    }

    private static let linksAtOnce = 10_000

    private func refreshAllFlags(
        of placed: UIDSet, in item: WatchedFolder, into settling: inout Checkpoint
    ) async throws {
        guard !placed.isEmpty else { return }
        let stored = try await store.contents(
            of: item.folder.id, uidValidity: item.uidValidity, account: account.key)
        try await open(item)
        try await refreshFlags(of: placed, in: item, stored: stored, into: &settling)
    }
}
