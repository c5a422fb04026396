import IMAP
import IMAPCore
import Logging
import MailModel
import MailStore
import Metrics

/// One visit of one account over one connection, under one lease.
struct Visit {
    let engine: AccountVisitor
    let account: Account
    let lease: LaneLease
    let mailbox: IMAPConnection
    /// The account's own addresses, lower-cased.
    let addresses: Set<String>
    let shouldStop: @Sendable () -> Bool
    let progressed: @Sendable (_ done: Int, _ total: Int?, _ note: String) -> Void

    var store: Store { engine.store }

    func run() async throws -> VisitReport {
        let watched = try await engine.metrics.folders.measure { try await watchedFolders() }
        if watched.contains(where: \.isUnproven) { return try await firstSync(watched) }
        return try await engine.metrics.poll.measure { try await poll(watched) }
    }

    /// The watched folders that the server lists, and the status of each, in one pipelined round. A folder that the server refuses is left for the next
    /// visit; it is never taken as empty.
    private func watchedFolders() async throws -> [WatchedFolder] {
        let listed = try await mailbox.listFolders()
        let folders = try await store.refreshFolders(listed.map(MailStore.ListedFolder.init), of: account.key)
        let watched = folders.filter(\.isWatched)
        let statuses = try await mailbox.status(of: watched.map(\.path), items: WatchedFolder.statusItems)
        return watched.compactMap { folder in
            guard let startedAt = folder.startedAt else { return nil }
            do {
                let status = try statuses[folder.path]?.get()
                return status.flatMap {
                    WatchedFolder(folder, startedAt: startedAt, windowSeconds: account.windowSeconds, status: $0)
                }
            } catch {
                engine.log.warning(
                    "a folder can't be read; it waits for the next visit",
                    metadata: [
                        "account": "\(account.id)", "folder": "\(folder.id)", "reason": "\(error)",
                    ])
                return nil
            }
        }
    }

    func commit(_ checkpoint: Checkpoint) async throws -> CheckpointResult {
        let result = try await store.commit(checkpoint, addresses: addresses, under: lease)
        engine.metrics.messages.increment(by: result.newMessages)
        let progress = checkpoint.progress
        progressed(
            progress?.messagesDone ?? result.newMessages, progress?.messagesFound,
            progress == nil ? "checking for new mail" : "first sync, messages")
        return result
    }

    /// The moment at which the account is due again.
    func nextDue(after moment: EpochSeconds) -> EpochSeconds {
        moment + Int64(account.intervalSeconds)
    }
}

extension MailStore.ListedFolder {
    init(_ listed: IMAP.ListedFolder) {
        self.init(path: listed.path, role: listed.role, isSelectable: listed.isSelectable)
    }
}
