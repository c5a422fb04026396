import IMAP
package import MailStore
import MailModel
import SyncPlanning

extension AccountVisitor {
    /// What a first sync would bring.
    package struct Preview: Sendable, Hashable {
        package let threads: Int
        package let messages: Int
        package let bytes: Int
        /// A guess from how long the index took and how fast mailboxes usually give their mail.
        package let estimatedSeconds: Int
    }

    /// Plans the first sync as if it were started now, and stores nothing of the plan.
    ///
    /// - Throws: what signing in and reading the index throw; `StoreError.refused(folders_not_chosen)`.
    package func preview(_ key: AccountKey) async throws -> Preview {
        let account = try await store.account(key)
        let now = time.now
        let mailbox = try await openMailbox(account, false).mailbox
        do {
            let listed = try await mailbox.listFolders()
            let folders = try await store.refreshFolders(listed.map(MailStore.ListedFolder.init), of: key)
            let watched = folders.filter(\.isWatched)
            guard watched.contains(where: \.isChosen) else {
                throw StoreError.refused(
                    code: "folders_not_chosen",
                    text:
                        "no folders are chosen yet; run: postrider account choose \(account.id) --all, or --folders A,B"
                )
            }
            let statuses = try await mailbox.status(of: watched.map(\.path), items: WatchedFolder.statusItems)
            let items = try watched.compactMap { folder in
                try statuses[folder.path].flatMap { status in
                    WatchedFolder(
                        folder, startedAt: folder.startedAt ?? now, windowSeconds: account.windowSeconds,
                        status: try status.get())
                }
            }
            let index = try await MailboxIndex.read(items, for: .preview, placed: [:], from: mailbox)
            let plan = FirstSyncPlanner.plan(
                entries: index.entries,
                windows: Dictionary(uniqueKeysWithValues: items.map { ($0.folder.id, $0.window) }),
                stored: [:])
            await mailbox.logout()
            return Preview(
                threads: plan.totals.threads, messages: plan.totals.messages, bytes: plan.totals.bytes,
                estimatedSeconds: Self.estimate(messages: plan.totals.messages, bytes: plan.totals.bytes))
        } catch {
            await mailbox.close()
            throw error
        }
    }

    /// Large providers give some 200 messages and 4 MiB a second; whichever takes longer.
    static func estimate(messages: Int, bytes: Int) -> Int {
        max(messages / 200, bytes / (4 << 20)) + 1
    }
}
