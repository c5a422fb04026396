// Sync planning: what to fetch, what to skip, and how to tell that nothing is missing (product.md §3).
//
//     index of all watched folders ─▶ FirstSyncPlanner ─┬─ threads, newest first ─▶ FetchRounds ─▶ fetch
//                                                       └─ too old ──────────────▶ skipped ranges
//     status then, status now ──────▶ PollPlanner ──────▶ SyncSteps
//     server's set, placed, skipped ▶ CoverageCheck ────▶ differences (none, or it is said)
//
// Rules only: values in, values out. No connection, no clock, no store; the engine carries steps out and commits.
package import MailModel
package import Threading

/// Plans a first sync: which threads are pulled whole, in which order, and which UIDs are skipped.
package enum FirstSyncPlanner {
    /// Closes over link keys across all folders and picks the threads that are due: those with a message inside its
    /// own folder's window. A thread with a placed member is due as well: it is synced, and what is placed is never
    /// skipped. That makes the rule the same after a crash, after a folder was added and after a window was widened:
    /// plan again, and only the rest is left.
    ///
    /// - Parameters:
    ///   - entries: every message of every watched folder as the server lists it now, each (folder, UID) once, in any
    ///     order. The plan doesn't depend on the order.
    ///   - windows: each watched folder's. Entries of a folder without one are pulled with their threads and never
    ///     make one due.
    ///   - stored: the UIDs of each folder's present UIDVALIDITY that are placed.
    ///   - synced: link keys of threads that are stored, wherever their messages lie: who has one of them is due.
    package static func plan(
        entries: [IndexEntry], windows: [FolderID: Window], stored: [FolderID: UIDSet] = [:],
        synced: Set<LinkKey> = []
    ) -> FirstSyncPlan {
        var closure = LinkClosure(count: entries.count)
        var copies: [String: Int] = [:]
        for (index, entry) in entries.enumerated() {
            closure.link(index, by: entry.linkKeys)
            // The same message in two folders is in one thread, also where it has no Message-ID.
            if let id = entry.providerMessageID {
                if let first = copies[id] { closure.join(first, index) } else { copies[id] = index }
            }
        }

        let isPlaced = entries.map { stored[$0.folder]?.contains($0.uid) ?? false }
        let cutoffs = windows.mapValues(\.cutoff)
        var totals = SyncTotals()
        var done = SyncTotals()
        var remaining: [PlannedThread] = []
        var skipped: [FolderID: [UID]] = [:]
        for group in closure.groups() {
            let isDue = group.contains { index in
                if isPlaced[index] { return true }
                if !synced.isEmpty, entries[index].linkKeys.contains(where: synced.contains) { return true }
                guard let cutoff = cutoffs[entries[index].folder] else { return false }
                return entries[index].internalDate >= cutoff
            }
            guard isDue else {
                for index in group { skipped[entries[index].folder, default: []].append(entries[index].uid) }
                continue
            }
            var newest = entries[group[0]].internalDate
            var members: [PlannedThread.Member] = []
            for index in group {
                let entry = entries[index]
                newest = max(newest, entry.internalDate)
                totals.messages += 1
                totals.bytes += entry.size
                if isPlaced[index] {
                    done.messages += 1
                    done.bytes += entry.size
                } else {
                    let member = PlannedThread.Member(
                        folder: entry.folder, uid: entry.uid, size: entry.size, internalDate: entry.internalDate)
                    members.append(member)
                }
            }
            totals.threads += 1
            if members.isEmpty {
                done.threads += 1
            } else {
                members.sort(by: PlannedThread.Member.comesBefore)
                remaining.append(PlannedThread(newest: newest, members: members))
            }
        }
        remaining.sort { left, right in
            left.newest != right.newest
                ? left.newest > right.newest
                : PlannedThread.Member.comesBefore(left.members[0], right.members[0])
        }
        var skippedSets = Dictionary(uniqueKeysWithValues: windows.keys.map { ($0, UIDSet()) })
        for (folder, uids) in skipped { skippedSets[folder] = UIDSet(uids) }
        return FirstSyncPlan(remaining: remaining, skipped: skippedSets, totals: totals, done: done)
    }
}

extension PlannedThread.Member {
    /// Newest first; then by folder and UID, which no two members share.
    static func comesBefore(_ left: Self, _ right: Self) -> Bool {
        if left.internalDate != right.internalDate { return left.internalDate > right.internalDate }
        if left.folder != right.folder { return left.folder < right.folder }
        return left.uid < right.uid
    }
}
