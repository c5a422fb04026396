import IMAP
import IMAPCore
import MailModel
import MailStore
import SyncPlanning

extension Visit {
    /// Takes what arrived in a folder: what is recent, or belongs to a thread that is synced; the rest is known and skipped.
    func takeArrivals(
        _ arrived: UIDSet, of item: WatchedFolder, known: inout FolderKnowledge, into changes: inout Checkpoint,
        report: inout VisitReport
    ) async throws {
        let folder = item.folder.id
        let new = arrived.subtracting(known.all)
        guard !new.isEmpty else { return }
        let index = try await MailboxIndex.read(new, of: item, from: mailbox)
        let links = try await store.knownLinks(Array(Set(index.entries.flatMap(\.linkKeys))), of: account.key)
        let plan = ArrivalPlan(index.entries, window: item.window, syncedLinks: links)
        var skipped: [SkipReason: UIDSet] = [.oldArrival: plan.passedOver]
        if let undated = index.undated[folder] { skipped[.unfetchable] = undated }
        let taken = plan.taken
        let copied = UIDSet(
            try await placeCopies(of: index.entries.filter { taken.contains($0.uid) }, in: [item]).map(\.uid))
        report.copies += copied.count
        let rounds = [plan.first, plan.afterwards].map { $0.subtracting(copied) }.filter { !$0.isEmpty }
        if !rounds.isEmpty {
            let road = MessageRoad(visit: self, folders: [item], purpose: .arrivals)
            let pulled = try await road.pull(
                rounds.map { FetchRound(uids: [folder: $0], threads: 0) }, progress: nil)
            guard pulled.isComplete else { throw CancellationError() }
            report.add(pulled)
            for (reason, refused) in try await road.retry(pulled) {
                guard let uids = refused[folder] else { continue }
                skipped[reason] = (skipped[reason] ?? UIDSet()).union(uids)
            }
        }
        for (reason, uids) in skipped.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where !uids.isEmpty {
            changes.skips.append(.init(folder: folder, uidValidity: item.uidValidity, uids: uids, reason: reason))
        }
        let allSkipped = skipped.values.reduce(UIDSet()) { $0.union($1) }
        known.add(placed: taken.subtracting(allSkipped), skipped: allSkipped)
    }

    /// Places messages that are stored already, by the provider's own id, without fetching their bytes again: the copies of
    /// one message under several of Gmail's labels, and what was moved.
    ///
    /// - Returns: the entries that were placed.
    func placeCopies(of entries: [IndexEntry], in folders: [WatchedFolder]) async throws -> [IndexEntry] {
        let ids = Array(Set(entries.compactMap(\.providerMessageID)))
        guard !ids.isEmpty else { return [] }
        let stored = try await store.messages(withProviderIDs: ids, of: account.key)
        guard !stored.isEmpty else { return [] }
        let copies = entries.filter { $0.providerMessageID.map { stored[$0] != nil } ?? false }
        let byFolder = Dictionary(grouping: copies, by: \.folder)
        var placed: [IndexEntry] = []
        for item in folders {
            guard let here = byFolder[item.folder.id] else { continue }
            try await open(item)
            let entryOfUID = Dictionary(here.map { ($0.uid, $0) }, uniquingKeysWith: { first, _ in first })
            let replacements = try await replacements(for: entryOfUID.keys, in: item) { uid in
                entryOfUID[uid].flatMap { $0.providerMessageID }.flatMap { stored[$0] }
            }
            try await commitReplacements(replacements)
            placed += replacements.compactMap { entryOfUID[$0.uid] }
        }
        return placed
    }

    /// Where known messages lie, with what belongs to the place: flags, date, mod-sequence.
    func replacements(
        for uids: some Collection<UID>, in item: WatchedFolder, message: (UID) -> MessageID?
    ) async throws -> [Checkpoint.Replacement] {
        var replacements: [Checkpoint.Replacement] = []
        let items: [FetchItem] = [.flags, .internalDate, .modSequence]
        for try await batch in try mailbox.fetchAttributes(UIDSet(uids), items: items) {
            for attributes in batch {
                guard let id = message(attributes.uid), let flags = attributes.flags,
                    let internalDate = attributes.internalDate
                else { continue }
                replacements.append(
                    .init(
                        messageID: id, folder: item.folder.id, uidValidity: item.uidValidity, uid: attributes.uid,
                        flags: flags, modSequence: attributes.modSequence, internalDate: internalDate))
            }
        }
        return replacements
    }

    func commitReplacements(_ replacements: [Checkpoint.Replacement]) async throws {
        for start in stride(from: 0, to: replacements.count, by: engine.settings.replacementsAtOnce) {
            var checkpoint = Checkpoint()
            checkpoint.replacements = Array(
                replacements[start..<min(start + engine.settings.replacementsAtOnce, replacements.count)])
            _ = try await commit(checkpoint)
        }
    }
}
