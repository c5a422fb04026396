import IMAP
import IMAPCore
import MailModel
import MailStore
import SyncPlanning
import Threading

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
        let choice = try await choose(from: index, of: item)
        var skipped = choice.skipped
        if let undated = index.undated[folder] { skipped[.unfetchable, default: UIDSet()] = undated }
        let copied = try await placeCopies(of: index.entries.filter { choice.wanted.contains($0.uid) }, in: [item])
        report.copies += copied.count
        let wanted = choice.wanted.subtracting(UIDSet(copied.map(\.uid)))
        if !wanted.isEmpty {
            let road = MessageRoad(visit: self, folders: [item], purpose: .arrivals)
            let pulled = try await road.pull([FetchRound(uids: [folder: wanted], threads: 0)], progress: nil)
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
        known.add(placed: choice.wanted.subtracting(allSkipped), skipped: allSkipped)
    }

    private struct Choice {
        var wanted = UIDSet()
        var skipped: [SkipReason: UIDSet] = [:]
    }

    private func choose(from index: MailboxIndex, of item: WatchedFolder) async throws -> Choice {
        let arrivals = index.entries
        let known = try await store.knownLinks(Array(Set(arrivals.flatMap(\.linkKeys))), of: account.key)
        var choice = Choice()
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
                case .sync: choice.wanted.insert(arrival.uid)
                case .skip(let reason): choice.skipped[reason, default: UIDSet()].insert(arrival.uid)
                }
            }
        }
        return choice
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

extension IndexEntry {
    /// What ties it to a thread; its date and people don't matter here.
    var threadable: ThreadableMessage {
        ThreadableMessage(
            messageID: messageID, inReplyTo: inReplyTo, references: references, providerThreadID: providerThreadID,
            threadIndexRoot: threadIndexRoot, date: internalDate)
    }
}
