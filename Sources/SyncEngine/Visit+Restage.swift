import IMAP
import IMAPCore
import Logging
import MailModel
import MailStore
import SyncPlanning

extension Visit {
    /// A folder's UIDs mean something else now: pairs what it holds with what is stored, so that messages and threads keep
    /// their ids and nothing that is known is fetched again (mail-exactness 1 and 2).
    ///
    /// Only finds the known again; the rest is for the first-sync planner. Until that has carried the folder through, the
    /// places of the old generation stand beside the new ones, so that no message is ever without one.
    ///
    /// - Returns: whether the folder may be read on: one that changes again and again is parked for a while.
    func restage(_ item: WatchedFolder) async throws -> Bool {
        let folder = item.folder
        let now = engine.time.now
        if item.uidValidity.isStable {
            if case .park(let until) = FlapRule.decide(restages: folder.restagedAt, now: now) {
                try await store.parkFolder(folder.id, until: until, under: lease)
                engine.log.error(
                    "a folder's UIDVALIDITY changes again and again; it is left alone for a while",
                    metadata: [
                        "account": "\(account.id)", "folder": "\(folder.id)", "until": "\(until.rawValue)",
                    ])
                return false
            }
            var note = Checkpoint()
            note.restages[folder.id] = now
            _ = try await commit(note)
        }
        guard let old = folder.cursor?.uidValidity else { return true }
        let stored = try await store.identities(of: folder.id, uidValidity: old, account: account.key)
        guard !stored.isEmpty else { return true }
        try await open(item)
        let listed = try await mailbox.uidSearch(.all)
        // Paired before a crash; UIDs of an unstable generation mean nothing from one session to the next.
        let placed =
            old == item.uidValidity
            ? UIDSet()
            : try await store.coverage(of: folder.id, uidValidity: item.uidValidity, account: account.key).placed
        let index = try await MailboxIndex.read(listed.subtracting(placed), of: item, from: mailbox)
        let pairing = RestagePairing.pair(new: index.entries, stored: stored.map(StoredIdentity.init))
        if old == item.uidValidity { try await forget(item, placed: UIDSet(stored.map(\.uid))) }
        let message = Dictionary(uniqueKeysWithValues: pairing.pairs.map { ($0.uid, $0.message) })
        let replacements = try await replacements(for: message.keys, in: item) { message[$0] }
        try await commitReplacements(replacements)
        engine.log.notice(
            "a folder's UIDs began anew; known messages were found again",
            metadata: [
                "account": "\(account.id)", "folder": "\(folder.id)", "paired": "\(replacements.count)",
                "listed": "\(listed.count)",
            ])
        return true
    }

    /// Where a generation has no number of its own, the old places can't stand beside the new ones.
    private func forget(_ item: WatchedFolder, placed: UIDSet) async throws {
        var checkpoint = Checkpoint()
        checkpoint.removals = [.init(folder: item.folder.id, uidValidity: item.uidValidity, uids: placed)]
        _ = try await commit(checkpoint)
    }
}

extension StoredIdentity {
    init(_ placed: PlacedIdentity) {
        self.init(
            message: placed.messageID, uid: placed.uid, internalDate: placed.internalDate, size: placed.size,
            headerMessageID: placed.headerMessageID, providerMessageID: placed.providerMessageID)
    }
}
