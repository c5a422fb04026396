import IMAP
import IMAPCore
import Logging
import MIME
import MailModel
import MailStore
import SyncPlanning

extension Visit {
    /// Looks in every folder for stored messages that have no place any more, and says of those that are nowhere that they
    /// were deleted (product.md §4).
    ///
    /// A message that is found in a folder that isn't synced is placed there, and so is one in a synced folder under a UID
    /// that was passed over as old mail. One that lies in a synced folder under a UID that isn't known yet has just arrived:
    /// the next visit takes it, and until then it is left alone. One that is moved
    /// while it is looked for, out of a folder that was still to come and into one that had been searched, is looked for
    /// again there: nobody is told that mail was deleted because it was on its way.
    ///
    /// - Returns: whether all that could be done was done; `false` where the visit is to stop.
    func followOrphans(in survey: Survey) async throws -> Bool {
        while true {
            let orphans = try await store.orphans(of: account.key, limit: engine.settings.orphansAtOnce)
            guard !orphans.isEmpty else { return true }
            var search = OrphanSearch(orphans)
            var looked: [FolderID: FolderState] = [:]
            var remaining = Self.searchOrder(survey.folders)
            var rounds = 0
            while !search.isOver, !remaining.isEmpty {
                for folder in remaining where !search.isOver {
                    if shouldStop() { return false }
                    looked[folder.id] = try await look(for: &search, in: folder)
                }
                if search.isOver { break }
                rounds += 1
                guard rounds < Self.searches, let moved = try await gained(since: looked, in: survey) else {
                    search.postpone()
                    break
                }
                remaining = moved
            }
            var checkpoint = Checkpoint()
            checkpoint.replacements = search.found
            checkpoint.soughtOrphans = orphans.map(\.messageID).filter { !search.arriving.contains($0) }
            _ = try await commit(checkpoint)
            engine.log.info(
                "followed messages that left their folders",
                metadata: [
                    "account": "\(account.id)", "found": "\(search.found.count)",
                    "deleted": "\(checkpoint.soughtOrphans.count - search.found.count)",
                ])
            // Those that are arriving stay orphans until the next visit.
            if !search.arriving.isEmpty || orphans.count < engine.settings.orphansAtOnce { return true }
        }
    }

    /// Where deleted and archived mail usually goes comes first.
    private static func searchOrder(_ folders: [Folder]) -> [Folder] {
        func rank(_ folder: Folder) -> Int {
            switch folder.role {
            case .trash: 0
            case .archive, .all: 1
            case .junk: 2
            case .inbox, .sent, .drafts, nil: 3
            }
        }
        return folders.filter(\.isSelectable).sorted { (rank($0), $0.path.display) < (rank($1), $1.path.display) }
    }

    /// How often folders are searched that always gain something meanwhile, before the rest waits for the next visit.
    private static let searches = 4

    /// Folders to which something has come since they were searched; `nil` where there is a folder that wasn't known.
    private func gained(since looked: [FolderID: FolderState], in survey: Survey) async throws -> [Folder]? {
        let folders = Self.searchOrder(survey.folders).filter { looked[$0.id] != nil }
        let answer = try await mailbox.survey(
            list: true, status: folders.map(\.path), items: WatchedFolder.statusItems)
        let known = Set(survey.folders.map(\.path))
        if answer.folders?.contains(where: { $0.isSelectable && !known.contains($0.path) }) == true { return nil }
        return folders.filter { folder in
            guard let before = looked[folder.id],
                let now = (try? answer.statuses[folder.path]?.get()).flatMap(FolderState.init)
            else { return false }
            return now.mayHaveGained(since: before)
        }
    }

    /// - Returns: how the folder was when it was searched; `nil` where it can't be.
    private func look(for search: inout OrphanSearch, in folder: Folder) async throws -> FolderState? {
        let selected: SelectedMailbox
        do {
            selected = try await mailbox.examine(folder.path)
        } catch {
            // A folder that can't be opened is no place that a message can be shown in.
            guard case .refused = error else { throw error }
            return nil
        }
        let state = FolderState(selected)
        guard selected.exists > 0 else { return state }
        let keys = search.keys(for: mailbox.capabilities)
        guard !keys.isEmpty else { return state }
        let candidates = try await mailbox.uidSearch(anyOf: keys)
        guard !candidates.isEmpty else { return state }
        let coverage =
            folder.isWatched
            ? try await store.coverage(of: folder.id, uidValidity: selected.uidValidity, account: account.key) : nil
        let items: [FetchItem] = [
            .flags, .internalDate, .size, .modSequence, .gmailMessageID, .emailID, .messageID,
        ]
        var likely: [(attributes: FetchedAttributes, orphans: [Orphan])] = []
        for try await batch in try mailbox.fetchAttributes(
            candidates.subtracting(coverage?.placed ?? UIDSet()), items: items)
        {
            for attributes in batch {
                let orphans = search.candidates(
                    messageID: attributes.fields?.messageID, providerID: attributes.identity.messageID)
                if !orphans.isEmpty { likely.append((attributes, orphans)) }
            }
        }
        for (attributes, orphans) in likely {
            guard let orphan = try await same(attributes, as: orphans) else { continue }
            let wasPassedOver = coverage?.allSkipped.contains(attributes.uid) ?? false
            guard !folder.isWatched || wasPassedOver else {
                search.arrives(orphan)
                continue
            }
            guard let flags = attributes.flags, let internalDate = attributes.internalDate else { continue }
            search.found(
                orphan,
                at: .init(
                    messageID: orphan.messageID, folder: folder.id, uidValidity: selected.uidValidity,
                    uid: attributes.uid,
                    flags: flags, modSequence: attributes.modSequence, internalDate: internalDate))
        }
        return state
    }

    /// Which of the orphans a message is: by the provider's id, else by its bytes. A Message-ID alone proves nothing.
    private func same(_ attributes: FetchedAttributes, as orphans: [Orphan]) async throws -> Orphan? {
        if let id = attributes.identity.messageID, let orphan = orphans.first(where: { $0.providerMessageID == id }) {
            return orphan
        }
        // To its end: a fetch that is left half read closes the connection.
        var found: Orphan?
        for try await batch in try mailbox.fetchMessages(UIDSet([attributes.uid])) {
            for message in batch {
                guard let raw = message.raw else { continue }
                let hash = try await engine.parsers.hash(raw)
                found = found ?? orphans.first { $0.sha256 == hash && $0.providerMessageID == nil }
            }
        }
        return found
    }
}
