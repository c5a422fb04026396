import Ancestry
import IMAP
import Logging
import MailModel
import MailStore
import SyncPlanning

extension Visit {
    /// Pulls the old threads that recent messages reply to or forward, and says of each action what became of it.
    ///
    /// The actions of an account are carried out together: their ids are sought in one pass over the folders.
    func carryOutTrackedActions(
        in survey: Survey, afterFirstSync isFirstSync: Bool, report: inout VisitReport
    ) async throws {
        while true {
            if shouldStop() {
                report.outcome = .stopped
                return
            }
            let actions = try await store.openTrackedActions(
                of: account.key, now: engine.time.now, limit: engine.settings.actionsAtOnce)
            guard !actions.isEmpty else { return }
            var quests: [AncestorQuest] = []
            var outcomes: [Checkpoint.ActionOutcome] = []
            for action in actions {
                do {
                    quests.append(AncestorQuest(action, try TrackedWish(json: action.wish)))
                } catch {
                    outcomes.append(
                        .init(id: action.id, state: .failed, result: ["error": "what it is about can't be read"]))
                }
            }
            try await settleKnown(&quests, isFirstSync: isFirstSync)
            for origin in [AncestorClaim.Origin.correspondent, .user] {
                let positions = quests.indices.filter {
                    quests[$0].isOpen && quests[$0].wish.isOwn == origin.isOwn
                }
                if !positions.isEmpty {
                    try await seek(&quests, at: positions, origin: origin, in: survey.folders, report: &report)
                }
            }
            try await conclude(quests, outcomes: outcomes)
            engine.log.info(
                "replies to and forwards of old mail",
                metadata: [
                    "account": "\(account.id)", "actions": "\(actions.count)",
                    "found": "\(quests.count { $0.isFound })",
                ])
        }
    }

    /// What is stored already needs no search; what was sought in vain within a day isn't sought again.
    private func settleKnown(_ quests: inout [AncestorQuest], isFirstSync: Bool) async throws {
        let ids = Array(Set(quests.flatMap(\.wish.ids)))
        let stored = try await store.storedMessages(bearing: ids, of: account.key)
        for index in quests.indices { quests[index].takeStored(stored, isFirstSync: isFirstSync) }
        for isOwn in [false, true] {
            let open = Array(Set(quests.filter { $0.isOpen && $0.wish.isOwn == isOwn }.flatMap(\.wish.ids)))
            let missed = try await store.rememberedMisses(of: open, everywhere: isOwn, account: account.key)
            for index in quests.indices where quests[index].wish.isOwn == isOwn { quests[index].takeMisses(missed) }
        }
    }

    private func seek(
        _ quests: inout [AncestorQuest], at positions: [Int], origin: AncestorClaim.Origin, in folders: [Folder],
        report: inout VisitReport
    ) async throws {
        let searchable = try await searchable(folders, for: origin)
        var search = ThreadSearch(bound: engine.settings.trackedMessages)
        // Near folders first; the others only for what isn't found there.
        for isNear in [true, false] {
            let here = searchable.filter { $0.isNear == isNear }
            for folder in here {
                let open = positions.filter { !quests[$0].isFound(in: search) }
                let ids = Set(open.flatMap { quests[$0].wish.ids })
                search.add(try await relatives(of: ids.sorted(), in: folder, withAnswers: false))
                for position in open {
                    guard let thread = quests[position].providerThread else { continue }
                    let found = try await relatives(ofProviderThread: thread, in: folder)
                    quests[position].take(found, into: &search)
                }
            }
            for position in positions where quests[position].mustMatch(in: search) {
                try await match(&quests[position], in: here, into: &search)
            }
        }
        // The whole of each thread, wherever it may be read.
        while case let ids = search.next(), !ids.isEmpty {
            for folder in searchable { search.add(try await relatives(of: ids, in: folder, withAnswers: true)) }
        }
        for position in positions { quests[position].settle(by: search) }
        try await pull(search.relatives, from: searchable, report: &report)
    }

    /// Finds the one message that a forwarded block shows: among what is stored, then on the server.
    private func match(
        _ quest: inout AncestorQuest, in folders: [SearchedFolder], into search: inout ThreadSearch
    ) async throws {
        guard let block = quest.wish.forwardedBlock else { return }
        if let sender = block.senderAddress {
            let stored = try await store.messages(
                from: sender, sentIn: block.earliest...block.latest, of: account.key, limit: 100)
            let candidates = stored.filter { $0.messageID != quest.action.messageID }.map { message in
                BlockMatch<MessageID>.Candidate(
                    id: message.messageID, messageID: message.headerMessageID,
                    from: Set(message.from.map { EmailAddress(name: nil, address: $0).normalised }),
                    sentAt: message.sentAt ?? message.receivedAt, subject: message.subject ?? "")
            }
            switch BlockMatch.choose(block, among: candidates, likelyOffset: quest.wish.sent_offset) {
            case .one(let id): return quest.takeGuess(stored: id)
            case .ambiguous: return quest.isAmbiguous()
            case .none: break
            }
        }
        var candidates: [BlockMatch<Relative>.Candidate] = []
        for folder in folders { candidates += try await self.candidates(for: block, in: folder) }
        switch BlockMatch.choose(block, among: candidates, likelyOffset: quest.wish.sent_offset) {
        case .one(let relative): quest.takeGuess(relative, into: &search)
        case .ambiguous: quest.isAmbiguous()
        case .none: break
        }
    }

    /// Fetches what is not placed yet of what was found.
    private func pull(
        _ relatives: Set<Relative>, from folders: [SearchedFolder], report: inout VisitReport
    ) async throws {
        var uids: [FolderID: UIDSet] = [:]
        var items: [WatchedFolder] = []
        for (folder, found) in Dictionary(grouping: relatives, by: \.folder) {
            guard let item = folders.first(where: { $0.item.folder.id == folder })?.item else { continue }
            let coverage = try await store.coverage(of: folder, uidValidity: item.uidValidity, account: account.key)
            let missing = UIDSet(found.map(\.uid)).subtracting(coverage.placed)
            guard !missing.isEmpty else { continue }
            uids[folder] = missing
            items.append(item)
        }
        guard !uids.isEmpty else { return }
        let road = MessageRoad(visit: self, folders: items, purpose: .tracked)
        let pulled = try await road.pull([FetchRound(uids: uids, threads: 0)], progress: nil)
        guard pulled.isComplete else { throw CancellationError() }
        report.add(pulled)
        _ = try await road.retry(pulled)
    }

    private func conclude(_ quests: [AncestorQuest], outcomes: [Checkpoint.ActionOutcome]) async throws {
        var checkpoint = Checkpoint()
        checkpoint.actionOutcomes = outcomes + quests.map(\.outcome)
        checkpoint.joins = quests.compactMap(\.join)
        checkpoint.misses = Array(Set(quests.flatMap(\.misses)))
        _ = try await commit(checkpoint)
    }
}
