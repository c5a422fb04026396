import IMAP
import IMAPCore
import Logging
import MIME
import MailModel
import MailStore
import SyncPlanning

extension Visit {
    /// Asks for the list of folders and the status of each that is watched or followed, in one round trip; then takes over
    /// what is new in the list. A folder that the server refuses is left for the next visit, never taken as empty.
    func takeSurvey(of stored: [Folder]) async throws -> Survey {
        for folder in stored where folder.needsSettling {
            try await store.settleStanding(of: folder, under: lease)
        }
        let known = stored.filter { isVisited($0) }
        let answer = try await mailbox.survey(list: true, status: known.map(\.path), items: WatchedFolder.statusItems)
        var statuses = answer.statuses
        var folders = stored
        if let listed = answer.folders, differs(listed, from: folders) {
            folders = try await takeOver(listed, from: folders, statuses: statuses)
            let unasked = folders.filter { isVisited($0) && statuses[$0.path] == nil }.map(\.path)
            if !unasked.isEmpty {
                statuses.merge(try await mailbox.status(of: unasked, items: WatchedFolder.statusItems)) { old, _ in old
                }
            }
        }
        var survey = Survey(folders: folders)
        for folder in folders where isVisited(folder) {
            guard let item = seen(folder, status: statuses[folder.path]) else { continue }
            if folder.isWatched { survey.watched.append(item) } else { survey.followed.append(item) }
        }
        return survey
    }

    private func isVisited(_ folder: Folder) -> Bool {
        if let until = folder.parkedUntil, until > engine.time.now { return false }
        return folder.isSelectable && (folder.isWatched && folder.startedAt != nil || folder.isFollowed)
    }

    private func seen(_ folder: Folder, status: Result<MailboxStatus, IMAPError>?) -> WatchedFolder? {
        do {
            guard let status = try status?.get() else { return nil }
            return WatchedFolder(
                folder, startedAt: folder.startedAt ?? engine.time.now, windowSeconds: account.windowSeconds,
                status: status)
        } catch {
            engine.log.warning(
                "a folder can't be read; it waits for the next visit",
                metadata: ["account": "\(account.id)", "folder": "\(folder.id)", "reason": "\(error)"])
            return nil
        }
    }

    private func differs(_ listed: [IMAP.ListedFolder], from stored: [Folder]) -> Bool {
        let known = Dictionary(stored.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        guard listed.count == stored.count else { return true }
        return listed.contains { folder in
            guard let before = known[folder.path] else { return true }
            return before.isSelectable != folder.isSelectable || before.role != folder.role
        }
    }

    /// Takes over the server's list: first what was renamed, which keeps its mail; then what is new; then what is gone.
    private func takeOver(
        _ listed: [IMAP.ListedFolder], from stored: [Folder], statuses: [FolderPath: Result<MailboxStatus, IMAPError>]
    ) async throws -> [Folder] {
        // A list that can't be right proves nothing about what it leaves out (mail-exactness 12).
        let isBelieved = FolderAbsence.judge(listed: listed.map(\.path), stored: stored.map(\.path)) == .believe
        let paths = Set(listed.map(\.path))
        if isBelieved, stored.contains(where: { !paths.contains($0.path) }) {
            try await rename(stored, as: listed)
        }
        var folders = try await store.refreshFolders(
            listed.map(MailStore.ListedFolder.init), of: account.key, under: lease)
        guard isBelieved else { return folders }
        let gone = folders.filter { folder in
            guard !paths.contains(folder.path) else { return false }
            // What is watched or followed was asked for its status besides: a folder that has one is there.
            switch statuses[folder.path] {
            case .success: return false
            case .failure(.refused), nil: return true
            case .failure: return false
            }
        }
        if !gone.isEmpty {
            try await store.markGone(gone.map(\.id), under: lease)
            engine.log.notice(
                "folders are gone from the server",
                metadata: ["account": "\(account.id)", "folders": "\(gone.count)"])
            folders.removeAll { folder in gone.contains { $0.id == folder.id } }
        }
        return folders
    }

    /// Tells which of the folders that appeared are folders that were renamed.
    private func rename(_ stored: [Folder], as listed: [IMAP.ListedFolder]) async throws {
        let known = Set(stored.map(\.path))
        let appeared = listed.filter { $0.isSelectable && !known.contains($0.path) }
        guard !appeared.isEmpty else { return }
        let statuses = try await mailbox.status(
            of: appeared.map(\.path), items: WatchedFolder.statusItems + [.mailboxID])
        let match = RenameMatch.match(
            listed: listed.map { folder in
                let status = try? statuses[folder.path]?.get()
                return ListedFolderFacts(
                    path: folder.path, mailboxID: status?.mailboxID, state: status.flatMap(FolderState.init))
            },
            stored: stored.map { folder in
                StoredFolderFacts(
                    id: folder.id, path: folder.path, mailboxID: folder.mailboxID, state: folder.cursor?.state)
            })
        var paths: [FolderID: FolderPath] = [:]
        for rename in match.renames {
            guard let folder = stored.first(where: { $0.id == rename.folder }) else { continue }
            if rename.needsProof, try await !isSame(folder, as: rename.path) { continue }
            paths[rename.folder] = rename.path
        }
        guard !paths.isEmpty else { return }
        try await store.renameFolders(paths, under: lease)
        engine.log.notice(
            "folders were renamed", metadata: ["account": "\(account.id)", "folders": "\(paths.count)"])
    }

    /// Whether a folder under a new name holds, under the same UIDs, what was stored of the old one. UIDVALIDITY alone
    /// proves nothing: folders may share one (mail-exactness 3).
    private func isSame(_ folder: Folder, as path: FolderPath) async throws -> Bool {
        guard let validity = folder.cursor?.uidValidity else { return false }
        let stored = try await store.identities(of: folder.id, uidValidity: validity, account: account.key)
        guard !stored.isEmpty else { return true }
        guard try await mailbox.examine(path).uidValidity == validity else { return false }
        let known = Dictionary(stored.map { ($0.uid, $0) }, uniquingKeysWith: { first, _ in first })
        let sample = UIDSet(stored.suffix(Self.proofs).map(\.uid))
        // To its end: a fetch that is left half read closes the connection.
        var compared = 0
        var differing = 0
        for try await batch in try mailbox.fetchAttributes(sample, items: [.internalDate, .messageID]) {
            for attributes in batch {
                guard let before = known[attributes.uid] else { continue }
                compared += 1
                if attributes.fields?.messageID != before.headerMessageID
                    || attributes.internalDate != before.internalDate
                {
                    differing += 1
                }
            }
        }
        return compared > 0 && differing == 0
    }

    /// Messages that are compared before a folder counts as renamed.
    private static let proofs = 16
}
