import IMAPCore
import MailModel

/// Gathers what came unasked until someone takes it; the same news again and again are one.
///
/// What it holds is bounded by the folders that it knows and the ranges of UIDs in one reply.
struct NewsLedger {
    private struct Changes {
        var exists: UInt32?
        var hasExpunged = false
        var vanished = UIDSet()
        var hasChanged = false
        var changed = UIDSet()
    }

    /// The folders that others may say something about, by their names on the wire.
    private var known: [[UInt8]: FolderPath] = [:]
    /// How those stood when it was last said, asked or not: what says the same again is no news. Dovecot says it twice.
    private var standings: [FolderPath: MailboxStatus] = [:]
    private(set) var openFolder: FolderPath?
    /// How many messages the open folder holds, as far as was heard: what says this number again is no news.
    private var count: UInt32 = 0
    private var changes: [FolderPath: Changes] = [:]
    private var statuses: [FolderPath: MailboxStatus] = [:]
    private var foldersChanged = false
    private var hasOverflowed = false

    var isEmpty: Bool { changes.isEmpty && statuses.isEmpty && !foldersChanged && !hasOverflowed }

    /// A folder was opened, and holds so many messages; or none is open.
    mutating func opened(_ path: FolderPath?, holding count: UInt32 = 0) {
        openFolder = path
        self.count = count
    }

    /// The folders that are spoken of from now on.
    mutating func expect(_ folders: [FolderPath]) {
        for folder in folders { known[Self.key(folder.raw)] = folder }
    }

    /// A folder's status was asked for and is known.
    mutating func learn(_ status: MailboxStatus, of path: FolderPath) {
        if known[Self.key(path.raw)] != nil { standings[path] = status }
    }

    mutating func note(_ response: Response) {
        switch response {
        case .mailboxStatus(let name, let status):
            let path = path(name)
            guard standings[path].map({ status.saysMore(than: $0) }) ?? true else { return }
            learn(status, of: path)
            statuses[path] = status
        case .list:
            foldersChanged = true
        case .status(let status):
            if case .notificationOverflow? = status.code { hasOverflowed = true }
        case .exists(let number):
            guard openFolder != nil, number != count else { return }
            count = number
            change { $0.exists = number }
        case .expunge:
            count = count > 0 ? count - 1 : 0
            change { $0.hasExpunged = true }
        case .vanished(let uids, _):
            count -= Swift.min(count, UInt32(clamping: uids.count))
            change { $0.vanished = $0.vanished.union(uids) }
        case .fetch(let fetch):
            change { changes in
                changes.hasChanged = true
                if let uid = fetch.uid { changes.changed.insert(uid) }
            }
        case .tagged, .continuation, .capability, .enabled, .search, .thread, .flags, .recent, .namespace, .id,
            .unknown, .unreadable:
            return
        }
    }

    /// Hands over what was gathered.
    mutating func take() -> [FolderNews] {
        var news: [FolderNews] = []
        if hasOverflowed { news.append(.overflow) }
        if foldersChanged { news.append(.foldersChanged) }
        for (path, changes) in changes {
            if let exists = changes.exists { news.append(.exists(path, exists)) }
            if changes.hasExpunged { news.append(.expunged(path)) }
            if !changes.vanished.isEmpty { news.append(.vanished(path, changes.vanished)) }
            if changes.hasChanged { news.append(.changed(path, changes.changed)) }
        }
        for (path, status) in statuses { news.append(.status(path, status)) }
        changes.removeAll()
        statuses.removeAll()
        foldersChanged = false
        hasOverflowed = false
        return news
    }

    private mutating func change(_ apply: (inout Changes) -> Void) {
        // With no folder open it is a late word about one that was: nothing that a look at it would not show.
        guard let openFolder else { return }
        apply(&changes[openFolder, default: Changes()])
    }

    private func path(_ name: [UInt8]) -> FolderPath {
        known[Self.key(name)] ?? FolderPath(raw: name, delimiter: nil)
    }

    /// INBOX is the one name that has no case.
    static func key(_ name: [UInt8]) -> [UInt8] {
        name.count == 5 && String(decoding: name, as: UTF8.self).uppercased() == "INBOX" ? Array("INBOX".utf8) : name
    }
}

extension MailboxStatus {
    /// Whether it names anything that `other` does not, or otherwise.
    fileprivate func saysMore(than other: MailboxStatus) -> Bool {
        func differs<Value: Equatable>(_ field: KeyPath<MailboxStatus, Value?>) -> Bool {
            self[keyPath: field] != nil && self[keyPath: field] != other[keyPath: field]
        }
        return differs(\.messages) || differs(\.uidNext) || differs(\.uidValidity) || differs(\.unseen)
            || differs(\.size) || differs(\.highestModSequence) || differs(\.mailboxID)
    }
}
