import Ancestry
import IMAP
import IMAPCore
import MIME
import MailModel
import MailStore
import SyncPlanning

// What is asked of the server to find an old thread again.
extension Visit {
    /// The folders that may be searched, near ones first; each opened once, so that its UIDVALIDITY is known.
    func searchable(_ folders: [Folder], for origin: AncestorClaim.Origin) async throws -> [SearchedFolder] {
        let scope = SearchScope.of(
            origin,
            folders: folders.map {
                .init(id: $0.id, role: $0.role, isWatched: $0.isWatched, isSelectable: $0.isSelectable)
            })
        let near = Set(scope.near)
        let byID = Dictionary(folders.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let ordered = scope.all.compactMap { byID[$0] }
        let statuses = try await mailbox.status(of: ordered.map(\.path), items: WatchedFolder.statusItems)
        return ordered.compactMap { folder in
            // A folder that can't be read is searched when the action is tried anew.
            guard case .success(let status)? = statuses[folder.path],
                let item = WatchedFolder(
                    folder, startedAt: folder.startedAt ?? engine.time.now, windowSeconds: account.windowSeconds,
                    status: status), item.exists > 0
            else { return nil }
            return SearchedFolder(item: item, isNear: near.contains(folder.id))
        }
    }

    /// The messages in one folder that bear one of the ids or, if `withAnswers`, name one. IMAP finds substrings; only whole
    /// ids count.
    func relatives(
        of ids: [HeaderMessageID], in folder: SearchedFolder, withAnswers: Bool
    ) async throws -> [Relative] {
        guard !ids.isEmpty else { return [] }
        let fields = withAnswers ? ["Message-ID", "In-Reply-To", "References"] : ["Message-ID"]
        let keys = ids.flatMap { id in
            fields.map { SearchKey.header(field: $0, value: AncestorVerifier.needle(for: id)) }
        }
        try await open(folder.item)
        let found = try await mailbox.uidSearch(anyOf: keys)
        let wanted = Set(ids)
        return try await read(found, in: folder).filter { relative in
            withAnswers
                ? !wanted.isDisjoint(with: relative.ids) : relative.messageID.map(wanted.contains) ?? false
        }
    }

    /// The messages of a thread that the provider knows by an id of its own.
    func relatives(ofProviderThread id: String, in folder: SearchedFolder) async throws -> [Relative] {
        let key: SearchKey
        if mailbox.capabilities.isGmail, let number = UInt64(id) {
            key = .gmailThreadID(number)
        } else if mailbox.capabilities.hasObjectID {
            key = .threadID(id)
        } else {
            return []
        }
        try await open(folder.item)
        return try await read(try await mailbox.uidSearch(key), in: folder)
    }

    private func read(_ uids: UIDSet, in folder: SearchedFolder) async throws -> [Relative] {
        guard !uids.isEmpty else { return [] }
        let index = try await MailboxIndex.read(uids, of: folder.item, from: mailbox)
        return index.entries.map {
            Relative(
                folder: $0.folder, uid: $0.uid, messageID: $0.messageID, inReplyTo: $0.inReplyTo,
                references: $0.references, internalDate: $0.internalDate, size: $0.size)
        }
    }

    /// Messages that a forwarded block may show: by the sender, around the time that it names.
    func candidates(
        for block: ForwardedBlock, in folder: SearchedFolder
    ) async throws -> [BlockMatch<Relative>.Candidate] {
        guard let sender = block.senderAddress else { return [] }
        try await open(folder.item)
        // A day and a half early: SINCE has whole days and no zone, and a Date may be later than the arrival.
        let found = try await mailbox.uidSearch(
            .and([.header(field: "From", value: sender), .since(block.earliest - Self.searchMargin)]))
        guard !found.isEmpty else { return [] }
        var relatives: [UID: Relative] = [:]
        for relative in try await read(found, in: folder) { relatives[relative.uid] = relative }
        var candidates: [BlockMatch<Relative>.Candidate] = []
        let items: [FetchItem] = [
            .internalDate, .body(.headerFields(["FROM", "SENDER", "DATE", "SUBJECT", "MESSAGE-ID"])),
        ]
        for try await batch in try mailbox.fetchAttributes(found, items: items) {
            for attributes in batch {
                guard let relative = relatives[attributes.uid], let header = attributes.header else { continue }
                let parsed = try await engine.parsers.parse(header: header)
                guard let sentAt = parsed.date?.instant else { continue }
                candidates.append(
                    .init(
                        id: relative, messageID: parsed.messageID,
                        from: Set((parsed.from + parsed.sender).map(\.normalised)),
                        fromNames: Set(parsed.from.compactMap(\.name)), sentAt: sentAt, subject: parsed.subject ?? ""))
            }
        }
        return candidates
    }

    private static let searchMargin: Int64 = 129_600
}
