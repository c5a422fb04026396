import IMAP
import IMAPCore
import Logging
import MIME
import MailModel
import MailStore

extension Visit {
    /// Looks in every folder for stored messages that have no place any more, and says of those that are nowhere that they
    /// were deleted (product.md §4).
    ///
    /// A message that is found in a folder that isn't synced is placed there. One that lies in a synced folder under a UID
    /// that isn't known yet has just arrived: the next visit takes it, and until then it is left alone.
    ///
    /// - Returns: whether all that could be done was done; `false` where the visit is to stop.
    func followOrphans(in survey: Survey) async throws -> Bool {
        while true {
            let orphans = try await store.orphans(of: account.key, limit: engine.settings.orphansAtOnce)
            guard !orphans.isEmpty else { return true }
            var search = OrphanSearch(orphans)
            for folder in Self.searchOrder(survey.folders) where !search.isOver {
                if shouldStop() { return false }
                try await look(for: &search, in: folder)
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

    private func look(for search: inout OrphanSearch, in folder: Folder) async throws {
        let selected: SelectedMailbox
        do {
            selected = try await mailbox.examine(folder.path)
        } catch {
            // A folder that can't be opened is no place that a message can be shown in.
            guard case .refused = error else { throw error }
            return
        }
        guard selected.exists > 0 else { return }
        let keys = search.keys(for: mailbox.capabilities)
        guard !keys.isEmpty else { return }
        let candidates = try await mailbox.uidSearch(anyOf: keys)
        guard !candidates.isEmpty else { return }
        let placed =
            folder.isWatched
            ? try await store.contents(of: folder.id, uidValidity: selected.uidValidity, account: account.key).placed
            : UIDSet()
        let items: [FetchItem] = [
            .flags, .internalDate, .size, .modSequence, .gmailMessageID, .emailID, .messageID,
        ]
        var likely: [(attributes: FetchedAttributes, orphans: [Orphan])] = []
        for try await batch in try mailbox.fetchAttributes(candidates.subtracting(placed), items: items) {
            for attributes in batch {
                let orphans = search.candidates(
                    messageID: attributes.fields?.messageID, providerID: attributes.identity.messageID)
                if !orphans.isEmpty { likely.append((attributes, orphans)) }
            }
        }
        for (attributes, orphans) in likely {
            guard let orphan = try await same(attributes, as: orphans) else { continue }
            guard !folder.isWatched else {
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
