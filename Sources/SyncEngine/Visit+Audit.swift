import IMAP
import IMAPCore
import MailModel
import MailStore
import SyncPlanning

extension Visit {
    /// Compares what is stored with what the server has, repairs what differs, and compares that again.
    func audit(into audit: inout AuditReport) async throws {
        let survey = try await takeSurvey(of: try await store.folders(of: account.key))
        var repairs = Checkpoint()
        var touched: [WatchedFolder] = []
        for item in survey.watched + survey.followed {
            let before = repairs
            let found = try await compare(item, sample: audit.isDeep ? .all : .some, repairs: &repairs)
            if !found.isComplete { touched.append(item) }
            audit.folders.append(found)
            if repairs.isEmpty != before.isEmpty { progressed(audit.folders.count, nil, "audit, folders") }
        }
        for item in survey.folders where item.isWatched && !survey.watched.contains(where: { $0.folder.id == item.id })
        {
            var unread = FolderAudit(path: item.path.display, isWatched: true)
            unread.problem = item.parkedUntil == nil ? "it can't be read" : "it is parked: its UIDs change all the time"
            audit.folders.append(unread)
        }
        guard audit.differences > 0 else { return }
        if !repairs.isEmpty { _ = try await commit(repairs) }
        guard try await followOrphans(in: survey) else { return }
        var nothing = Checkpoint()
        var again: [FolderAudit] = []
        for item in touched {
            again.append(try await compare(item, sample: audit.isDeep ? .all : .some, repairs: &nothing))
        }
        audit.isRepaired = again.allSatisfy(\.isComplete)
    }

    private func compare(
        _ item: WatchedFolder, sample: Sample, repairs: inout Checkpoint
    ) async throws -> FolderAudit {
        let folder = item.folder
        var audit = FolderAudit(path: folder.path.display, isWatched: folder.isWatched)
        try await open(item)
        let coverage = try await store.coverage(of: folder.id, uidValidity: item.uidValidity, account: account.key)
        let listed = try await mailbox.uidSearch(.all)
        audit.onServer = listed.count
        audit.placed = coverage.placed.count
        audit.skipped = coverage.skipped.mapValues(\.count)
        let differences = CoverageCheck.verify(
            server: listed, placed: coverage.placed,
            skipped: coverage.skipped.map { (uids: $0.value, reason: $0.key) })
        // Of a folder that isn't synced only what is placed there has to be right.
        audit.missing = folder.isWatched ? differences.missing.count : 0
        audit.vanished = differences.vanished.union(differences.skippedVanished).count
        var known = FolderKnowledge(placed: coverage.placed, skipped: coverage.allSkipped)
        known.remove(differences.vanished.union(differences.skippedVanished))
        if !known.vanished.isEmpty {
            repairs.removals.append(.init(folder: folder.id, uidValidity: item.uidValidity, uids: known.vanished))
        }
        if folder.isWatched, !differences.missing.isEmpty {
            var report = VisitReport(outcome: .complete)
            try await takeArrivals(differences.missing, of: item, known: &known, into: &repairs, report: &report)
        }
        try await compareFlags(item, placed: coverage.placed.intersection(listed), audit: &audit, repairs: &repairs)
        let rotten = try await compareHashes(
            item, placed: coverage.placed.intersection(listed), sample: sample, audit: &audit)
        if !rotten.isEmpty {
            // Fetched again, they are the same messages by their hashes, and only their bytes are stored anew.
            try await store.dropContents(
                ofPlaced: rotten, in: folder.id, uidValidity: item.uidValidity, under: lease)
            let road = MessageRoad(visit: self, folders: [item], purpose: .tracked)
            _ = try await road.pull([FetchRound(uids: [folder.id: rotten], threads: 0)], progress: nil)
        }
        return audit
    }

    /// Of how many messages the bytes are compared.
    private enum Sample { case all, some }

    private func compareFlags(
        _ item: WatchedFolder, placed: UIDSet, audit: inout FolderAudit, repairs: inout Checkpoint
    ) async throws {
        let stored = try await store.contents(of: item.folder.id, uidValidity: item.uidValidity, account: account.key)
        for try await batch in try mailbox.fetchAttributes(placed, items: [.flags]) {
            for attributes in batch {
                guard let flags = attributes.flags, let before = stored.flags[attributes.uid],
                    before != Store.flagText(flags)
                else { continue }
                audit.wrongFlags += 1
                repairs.flagChanges.append(
                    .init(
                        folder: item.folder.id, uidValidity: item.uidValidity, uid: attributes.uid, flags: flags,
                        modSequence: attributes.modSequence))
            }
        }
    }

    /// - Returns: those whose stored bytes are not the server's.
    private func compareHashes(
        _ item: WatchedFolder, placed: UIDSet, sample: Sample, audit: inout FolderAudit
    ) async throws -> UIDSet {
        guard !placed.isEmpty else { return UIDSet() }
        let isDeep = sample == .all
        var rotten = UIDSet()
        let sample =
            isDeep
            ? placed
            : AuditSample.choose(
                from: placed, count: engine.settings.auditSample, seed: UInt64(bitPattern: engine.time.now.rawValue))
        let stored = try await store.placedHashes(
            of: item.folder.id, uidValidity: item.uidValidity, account: account.key,
            in: isDeep ? nil : sample)
        for try await batch in try mailbox.fetchMessages(sample) {
            for message in batch {
                guard let raw = message.raw, let expected = stored[message.uid] else { continue }
                audit.hashesCompared += 1
                if try await engine.parsers.hash(raw) != expected {
                    audit.hashesWrong += 1
                    rotten.insert(message.uid)
                }
            }
            progressed(audit.hashesCompared, sample.count, "audit, messages of \(item.folder.path.display)")
        }
        return rotten
    }
}
