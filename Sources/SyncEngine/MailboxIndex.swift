import IMAP
import IMAPCore
import MIME
import MailModel
import MailStore
import SyncPlanning

/// What the server has in the watched folders, without bodies: enough to decide which threads are due.
struct MailboxIndex: Sendable {
    private(set) var entries: [IndexEntry] = []
    /// By folder: UIDs that are older than the window by the server's own search, where no more had to be known.
    private(set) var certainlyOld: [FolderID: UIDSet] = [:]
    /// By folder: UIDs that the server lists and gives no date for, also when asked again.
    private(set) var undated: [FolderID: UIDSet] = [:]
    /// By folder: every UID that the server listed.
    private(set) var listed: [FolderID: UIDSet] = [:]
    /// By folder: the highest UID that was seen.
    private(set) var highest: [FolderID: UID] = [:]
    /// How the threads were found.
    private(set) var means: ThreadDiscovery

    private init(means: ThreadDiscovery) { self.means = means }

    /// Reads the index by the cheapest means that is good enough for its purpose.
    ///
    /// SINCE has whole days and no zone, so it is asked for a day early; whether a message is recent is decided by its
    /// INTERNALDATE.
    ///
    /// - Parameter hasStored: whether mail of the account is stored from before.
    static func read(
        _ folders: [WatchedFolder], for purpose: ThreadDiscovery.Purpose, placed: [FolderID: UIDSet],
        hasStored: Bool = false, from mailbox: IMAPConnection
    ) async throws -> MailboxIndex {
        var recent: [FolderID: UIDSet] = [:]
        for item in folders where item.exists > 0 {
            _ = try await mailbox.examine(item.folder.path)
            recent[item.folder.id] = try await mailbox.uidSearch(.since(item.window.searchSince))
        }
        let capabilities = mailbox.capabilities
        var index = MailboxIndex(
            means: ThreadDiscovery.choose(
                for: purpose,
                capabilities: ThreadCapabilities(
                    gmailExtensions: capabilities.isGmail, objectIDThreads: capabilities.hasObjectID,
                    threadRefs: capabilities.has("THREAD=REFS"),
                    threadReferences: capabilities.has("THREAD=REFERENCES")),
                folders: folders.map {
                    FolderCounts(
                        total: $0.exists, recent: recent[$0.folder.id]?.count ?? 0,
                        placed: placed[$0.folder.id]?.count ?? 0)
                }, hasStored: hasStored))
        try await index.read(folders, recent: recent, from: mailbox)
        if index.means == .everythingIsRecent, index.hasOldEntry(in: folders) {
            // Recent by the day, and by the second some are not: their threads must be known after all.
            index = MailboxIndex(means: .headerSweep)
            try await index.read(folders, recent: recent, from: mailbox)
        }
        return index
    }

    /// Reads the entries of a part of one folder, with all that ties them to threads.
    static func read(_ uids: UIDSet, of item: WatchedFolder, from mailbox: IMAPConnection) async throws -> MailboxIndex
    {
        var index = MailboxIndex(means: .headerSweep)
        try await index.fetch(uids, of: item, items: linkItems(mailbox.capabilities), from: mailbox)
        return index
    }

    private func hasOldEntry(in folders: [WatchedFolder]) -> Bool {
        let windows = Dictionary(uniqueKeysWithValues: folders.map { ($0.folder.id, $0.window) })
        return entries.contains { entry in windows[entry.folder].map { !$0.contains(entry.internalDate) } ?? false }
    }

    private mutating func read(
        _ folders: [WatchedFolder], recent: [FolderID: UIDSet], from mailbox: IMAPConnection
    ) async throws {
        for item in folders {
            let id = item.folder.id
            guard item.exists > 0 else {
                listed[id] = UIDSet()
                continue
            }
            _ = try await mailbox.examine(item.folder.path)
            let all = try await mailbox.uidSearch(.all)
            listed[id] = all
            highest[id] = all.last
            switch means {
            case .nothingIsRecent:
                certainlyOld[id] = all
            case .everythingIsRecent:
                // No header is needed, but which places hold the same message is: it is fetched once.
                try await fetch(all, of: item, items: Self.identityItems(mailbox.capabilities), from: mailbox)
            case .gmailThreads:
                try await fetch(all, of: item, items: [.gmailMessageID, .gmailThreadID], from: mailbox)
            case .objectIDThreads:
                try await fetch(all, of: item, items: [.emailID, .threadID], from: mailbox)
            case .threadCommand:
                let candidates = try await candidates(recent: recent[id] ?? UIDSet(), from: mailbox)
                try await fetch(candidates, of: item, items: Self.linkItems(mailbox.capabilities), from: mailbox)
                certainlyOld[id] = all.subtracting(candidates)
            case .headerSweep:
                try await fetch(all, of: item, items: Self.linkItems(mailbox.capabilities), from: mailbox)
            }
        }
    }

    /// The messages of every thread, by the server's own reckoning, that has a recent one. It proposes; the header
    /// fields of what it proposes decide.
    private func candidates(recent: UIDSet, from mailbox: IMAPConnection) async throws -> UIDSet {
        guard let algorithm = mailbox.capabilities.threadAlgorithm else { return recent }
        return try await mailbox.uidThread(algorithm).threads.reduce(into: recent) { set, thread in
            if !thread.intersection(recent).isEmpty { set = set.union(thread) }
        }
    }

    private mutating func fetch(
        _ set: UIDSet, of item: WatchedFolder, items: [FetchItem], from mailbox: IMAPConnection
    ) async throws {
        var missing = set
        // A UID that came without its date is unknown, and asked for once more.
        for _ in 0..<2 where !missing.isEmpty {
            let got = try await fetchOnce(missing, of: item, items: items, from: mailbox)
            missing = missing.subtracting(got)
        }
        guard !missing.isEmpty else { return }
        let listed = try await mailbox.uidSearch(.uids(missing)).intersection(missing)
        if !listed.isEmpty { undated[item.folder.id] = listed }
    }

    private mutating func fetchOnce(
        _ set: UIDSet, of item: WatchedFolder, items: [FetchItem], from mailbox: IMAPConnection
    ) async throws -> UIDSet {
        let headers = HeaderFieldsReader()
        var got = UIDSet()
        for try await batch in try mailbox.fetchAttributes(set, items: [.internalDate, .size] + items) {
            for attributes in batch {
                guard let internalDate = attributes.internalDate else { continue }
                got.insert(attributes.uid)
                let fields = attributes.header.map { bytes in bytes.withUnsafeBytes { headers.read($0) } }
                entries.append(
                    IndexEntry(
                        folder: item.folder.id, uid: attributes.uid, internalDate: internalDate,
                        size: attributes.size.map { Int(clamping: $0) } ?? 0, messageID: fields?.messageID,
                        inReplyTo: fields?.inReplyTo ?? [], references: fields?.references ?? [],
                        providerThreadID: attributes.identity.threadID,
                        providerMessageID: attributes.identity.messageID,
                        threadIndexRoot: fields?.threadIndexRoot))
            }
        }
        return got
    }

    /// Everything that ties a message to a thread, by what the server knows.
    private static func linkItems(_ capabilities: IMAPCapabilities) -> [FetchItem] {
        let items: [FetchItem] = [
            .body(.headerFields(["MESSAGE-ID", "IN-REPLY-TO", "REFERENCES", "THREAD-INDEX"]))
        ]
        return items + identityItems(capabilities)
    }

    /// What the provider calls a message and its thread.
    private static func identityItems(_ capabilities: IMAPCapabilities) -> [FetchItem] {
        var items: [FetchItem] = []
        if capabilities.isGmail { items += [.gmailMessageID, .gmailThreadID] }
        if capabilities.hasObjectID { items += [.emailID, .threadID] }
        return items
    }
}
