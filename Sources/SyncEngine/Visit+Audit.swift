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
            var found = try await compare(item, isDeep: audit.isDeep, repairs: &repairs)
            if found.hashesWrong > 0 {
                // Bytes never change under one UID: whichever side is wrong, nothing here can tell.
                found.problem = "\(found.hashesWrong) messages have other bytes than the server's"
            }
            if !found.isComplete { touched.append(item) }
            audit.folders.append(found)
            if repairs.isEmpty != before.isEmpty { progressed(audit.folders.count, nil, "audit, folders") }
        }
        for item in survey.folders where item.isWatched && !survey.watched.contains(where: { $0.folder.id == item.id }) {
            var unread = FolderAudit(path: item.path.display, isWatched: true)
            unread.problem = item.parkedUntil == nil ? "it can't be read" : "it is parked: its UIDs change all the time"
            audit.folders.append(unread)
        }
        guard audit.differences > 0 else { return }
        if !repairs.isEmpty { _ = try await commit(repairs) }
        guard try await followOrphans(in: survey) else { return }
        var nothing = Checkpoint()
        var again: [FolderAudit] = []
        for item in touched { again.append(try await compare(item, isDeep: false, repairs: &nothing)) }
        audit.isRepaired = again.allSatisfy(\.isComplete)
    }

    private func compare(
        _ item: WatchedFolder, isDeep: Bool, repairs: inout Checkpoint
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
        try await compareHashes(item, placed: coverage.placed.intersection(listed), isDeep: isDeep, audit: &audit)
        return audit
    }

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

    private func compareHashes(
        _ item: WatchedFolder, placed: UIDSet, isDeep: Bool, audit: inout FolderAudit
    ) async throws {
        guard !placed.isEmpty else { return }
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
                if try await engine.parsers.hash(raw) != expected { audit.hashesWrong += 1 }
            }
            progressed(audit.hashesCompared, sample.count, "audit, messages of \(item.folder.path.display)")
        }
    }
}
