import IMAP
import Logging
import MailModel
import MailStore
import SyncPlanning

/// One visit of one account over one connection, under one lease.
struct Visit {
    let engine: SyncEngine
    let account: Account
    let lease: LaneLease
    let mailbox: IMAPConnection
    /// The account's own addresses, lower-cased.
    let addresses: Set<String>
    let shouldStop: @Sendable () -> Bool

    var store: MailStore { engine.store }

    /// A watched folder and what the server said of it before this visit began: the state that is saved at its end, so
    /// that whatever arrives meanwhile still shows as a difference.
    struct WatchedFolder: Sendable {
        let folder: Folder
        let status: MailboxStatus

        var window: Window { folder.window }
    }

    func run() async throws -> VisitReport {
        let listed = try await mailbox.listFolders()
        let folders = try await store.refreshFolders(listed.map(ListedFolder.init), of: account.key)
        let watched = try await watchedFolders(folders)
        let unproven = watched.filter { $0.folder.cursor?.proven == nil || $0.folder.cursor?.uidValidity != $0.status.uidValidity }
        if unproven.isEmpty {
            return try await poll(watched)
        }
        return try await firstSync(watched)
    }

    /// The status of each watched folder, in one pipelined round. A folder that the server refuses is left for the next
    /// visit; it is never taken as empty.
    private func watchedFolders(_ folders: [Folder]) async throws -> [WatchedFolder] {
        let watched = folders.filter { $0.isWatched && $0.startedAt != nil }
        let statuses = try await mailbox.status(of: watched.map(\.path))
        return watched.compactMap { folder in
            switch statuses[folder.path] {
            case .success(let status): return WatchedFolder(folder: folder, status: status)
            case .failure(let error):
                engine.log.warning("a folder can't be read; it waits for the next visit", metadata: [
                    "account": "\(account.id)", "folder": "\(folder.id)", "reason": "\(error)",
                ])
                return nil
            case nil: return nil
            }
        }
    }

    func commit(_ checkpoint: Checkpoint) async throws -> CheckpointResult {
        try await store.commit(checkpoint, addresses: addresses, under: lease)
    }

    /// The moment at which the account is due again: its interval, spread a little so that accounts made together don't
    /// come due together.
    func nextDue(after moment: EpochSeconds) -> EpochSeconds {
        moment + Int64(account.intervalSeconds)
    }
}

extension ListedFolder {
    init(_ listed: IMAP.ListedFolder) {
        self.init(path: listed.path, role: listed.role, isSelectable: listed.isSelectable)
    }
}
