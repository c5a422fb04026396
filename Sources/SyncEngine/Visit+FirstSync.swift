import Logging
import MailModel
import MailStore
import Metrics
import SyncPlanning

extension Visit {
    /// Carries the first sync on from wherever it stands, to its end.
    ///
    /// Also for a folder that was chosen later, and for one whose UIDVALIDITY has changed: all watched folders are
    /// indexed, since the threads that are due may have members in each of them; what is stored already is left out.
    func firstSync(_ watched: [WatchedFolder]) async throws -> VisitReport {
        var stored: [FolderID: UIDSet] = [:]
        for item in watched {
            // UIDs of an unstable generation mean nothing any more: its messages are known by their content.
            guard item.uidValidity.isStable else { continue }
            stored[item.folder.id] = try await store.contents(
                of: item.folder.id, uidValidity: item.uidValidity, account: account.key
            ).placed
        }
        let index = try await engine.metrics.index.measure {
            try await MailboxIndex.read(watched, for: .firstSync, placed: stored, from: mailbox)
        }
        let plan = FirstSyncPlanner.plan(
            entries: index.entries,
            windows: Dictionary(uniqueKeysWithValues: watched.map { ($0.folder.id, $0.window) }),
            stored: stored)
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

        let rounds = FetchRounds.cut(
            plan.remaining, firstMessages: engine.settings.firstRoundMessages,
            messages: engine.settings.roundMessages, bytes: engine.settings.roundBytes)
        let road = MessageRoad(visit: self, folders: watched)
        let pulled = try await engine.metrics.pull.measure {
            try await road.pull(rounds, progress: progress, countsNewThreads: countsThreadsAsTheyCome)
        }
        report.messages = pulled.report.messages
        report.bytes = pulled.report.bytes
        report.newThreads = pulled.report.newThreads
        guard pulled.isComplete else {
            report.outcome = .stopped
            return report
        }

        let unfetchable = try await road.retry(pulled.missing)
        let now = engine.time.now
        var closing = Checkpoint()
        closing.progress = pulled.progress
        if countsThreadsAsTheyCome { closing.progress?.threadsFound = pulled.progress?.threadsDone ?? 0 }
        for item in watched {
            let folder = item.folder.id
            closing.skips.append(
                .init(
                    folder: folder, uidValidity: item.uidValidity,
                    uids: (plan.skipped[folder] ?? UIDSet()).union(index.certainlyOld[folder] ?? UIDSet()),
                    reason: .tooOld,
                    replaces: true))
            let refused = (unfetchable[folder] ?? UIDSet()).union(index.undated[folder] ?? UIDSet())
            if !refused.isEmpty {
                closing.skips.append(
                    .init(
                        folder: folder, uidValidity: item.uidValidity, uids: refused, reason: .unfetchable))
            }
            closing.cursors[folder] = item.provenCursor(highest: index.highest[folder])
            closing.settledGenerations[folder] = item.uidValidity
        }
        // What arrived while the first sync ran is waiting: the next visit is due at once.
        closing.completion = .init(
            finishedAt: now, nextDueAt: now, completesFirstSync: account.firstSyncCompletedAt == nil)
        _ = try await commit(closing)
        return report
    }
}
