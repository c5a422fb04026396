import AsyncAlgorithms
import IMAP
import IMAPCore
import MailModel
import MailStore
import SyncPlanning

/// The road from the server to the database: four stages, each on its own and all at the same time.
///
/// ```
/// fetch (NIO) ──▶ parse (one thread) ──▶ store contents (a connection) ──▶ commit (another connection)
///       messages as they come            checkpoints: 256 messages or 4 MiB
/// ```
/// Hand-over is one piece at a time in each place, and a few checkpoints before the commit, which hold no raw bytes any
/// more. Those count in the connection's budget until they are stored: where PostgreSQL is slow, the socket isn't read.
struct MessageRoad {
    let visit: Visit
    let folders: [FolderID: WatchedFolder]

    init(visit: Visit, folders: [WatchedFolder]) {
        self.visit = visit
        self.folders = Dictionary(uniqueKeysWithValues: folders.map { ($0.folder.id, $0) })
    }

    /// What a pull came to.
    struct Pulled: Sendable {
        var report = VisitReport(outcome: .complete)
        /// `nil` for a visit that has no progress to show.
        var progress: SyncProgress?
        /// UIDs that were asked for and didn't come.
        var missing: [FolderID: UIDSet] = [:]
        /// Whether all rounds were carried out; otherwise the visit was asked to stop.
        var isComplete = false
    }

    /// What travels from one stage to the next.
    private enum Cargo<Messages: Sendable>: Sendable {
        case messages(Messages)
        /// All of a round's messages have gone before; so many threads are whole now.
        case roundEnd(threads: Int)
        case allDone
    }

    /// Pulls rounds of whole threads, in their order.
    ///
    /// - Parameter countsNewThreads: whether threads are counted as they are made, since no round knows of any.
    func pull(
        _ rounds: [FetchRound], progress: SyncProgress?, countsNewThreads: Bool = false
    ) async throws -> Pulled {
        let fetched = AsyncChannel<Cargo<FetchedBatch>>()
        let prepared = AsyncChannel<Cargo<[NewMessage]>>()
        let stored = AsyncChannel<Cargo<[NewMessage]>>()
        let parsers = visit.engine.parsers
        return try await withThrowingTaskGroup(of: Pulled?.self) { group in
            group.addTask {
                try await fetch(rounds, into: fetched)
                return nil
            }
            group.addTask {
                for await cargo in fetched {
                    switch cargo {
                    case .messages(let batch):
                        let messages = try await parsers.prepare(batch)
                        await prepared.send(.messages(messages))
                    case .roundEnd(let threads): await prepared.send(.roundEnd(threads: threads))
                    case .allDone: await prepared.send(.allDone)
                    }
                }
                prepared.finish()
                return nil
            }
            group.addTask {
                try await storeContents(prepared, into: stored)
                return nil
            }
            group.addTask {
                try await commit(
                    stored.buffer(policy: .bounded(Self.checkpointsAhead)), planned: rounds, progress: progress,
                    countsNewThreads: countsNewThreads)
            }
            var pulled: Pulled?
            // The first stage that fails ends the others with it.
            for try await result in group { pulled = result ?? pulled }
            try Task.checkCancellation()
            return pulled!
        }
    }

    /// How many checkpoints may wait for the commit: enough that neither of the two writers waits for the other.
    private static let checkpointsAhead = 2

    private func fetch(_ rounds: [FetchRound], into channel: AsyncChannel<Cargo<FetchedBatch>>) async throws {
        defer { channel.finish() }
        var selected: FolderID?
        for round in rounds {
            for (folder, uids) in round.uids.sorted(by: { $0.key < $1.key }) {
                if visit.shouldStop() { return }
                if selected != folder {
                    try await select(folder)
                    selected = folder
                }
                let validity = folders[folder]!.uidValidity
                for try await messages in try visit.mailbox.fetchMessages(uids, items: Self.items) {
                    await channel.send(
                        .messages(FetchedBatch(folder: folder, uidValidity: validity, messages: messages)))
                    try Task.checkCancellation()
                }
            }
            await channel.send(.roundEnd(threads: round.threads))
        }
        await channel.send(.allDone)
    }

    /// What is asked for besides the body; what a server doesn't know is left out.
    private static let items: [FetchItem] = [
        .uid, .flags, .internalDate, .size, .modSequence, .gmailMessageID, .gmailThreadID, .emailID, .threadID,
    ]

    /// Selects a folder and makes sure that it is still the one that was planned for.
    private func select(_ folder: FolderID) async throws {
        let watched = folders[folder]!
        let selected = try await visit.mailbox.examine(watched.folder.path)
        guard selected.uidValidity == watched.uidValidity else { throw SyncError.folderChanged(folder) }
    }

    /// Gathers messages into checkpoints and stores their raw bytes while the checkpoint before is being committed.
    private func storeContents(
        _ incoming: AsyncChannel<Cargo<[NewMessage]>>, into outgoing: AsyncChannel<Cargo<[NewMessage]>>
    ) async throws {
        defer { outgoing.finish() }
        let settings = visit.engine.settings
        var batch: [NewMessage] = []
        var bytes = 0

        func pass() async throws {
            guard !batch.isEmpty else { return }
            try await visit.store.storeContents(of: batch, under: visit.lease)
            for index in batch.indices { batch[index].raw = batch[index].raw.onceStored }
            await outgoing.send(.messages(batch))
            batch = []
            bytes = 0
        }

        for await cargo in incoming {
            switch cargo {
            case .messages(let messages):
                batch += messages
                bytes += messages.reduce(0) { $0 + $1.raw.count }
                if batch.count >= settings.checkpointMessages || bytes >= settings.checkpointBytes { try await pass() }
            case .roundEnd(let threads):
                try await pass()
                await outgoing.send(.roundEnd(threads: threads))
            case .allDone:
                try await pass()
                await outgoing.send(.allDone)
            }
        }
        // A visit that was asked to stop keeps what it has.
        try Task.checkCancellation()
        try await pass()
    }

    private func commit(
        _ channel: some AsyncSequence<Cargo<[NewMessage]>, Never>, planned rounds: [FetchRound],
        progress: SyncProgress?, countsNewThreads: Bool
    ) async throws -> Pulled {
        var pulled = Pulled(progress: progress)
        var checkpoints = 0
        var delivered: [FolderID: UIDSet] = [:]
        for await cargo in channel {
            switch cargo {
            case .messages(let messages):
                var checkpoint = Checkpoint()
                checkpoint.messages = messages
                let bytes = checkpoint.byteCount
                pulled.progress?.messagesDone += messages.count
                pulled.progress?.bytesDone += bytes
                checkpoint.progress = pulled.progress
                let result = try await visit.commit(checkpoint)
                pulled.report.add(result, bytes: bytes)
                if countsNewThreads { pulled.progress?.threadsDone += result.newThreads - result.joinedThreads }
                for message in messages { delivered[message.folder, default: UIDSet()].insert(message.uid) }
                checkpoints += 1
                // In an empty database the planner knows nothing; it learns soon, and then ever more rarely.
                if checkpoints == 1 || checkpoints.isMultiple(of: 8) { _ = try await visit.store.analyzeGrownTables() }
            case .roundEnd(let threads):
                if !countsNewThreads { pulled.progress?.threadsDone += threads }
            case .allDone:
                pulled.isComplete = true
            }
        }
        try Task.checkCancellation()
        for round in rounds {
            for (folder, uids) in round.uids {
                let absent = uids.subtracting(delivered[folder] ?? UIDSet())
                if !absent.isEmpty { pulled.missing[folder] = (pulled.missing[folder] ?? UIDSet()).union(absent) }
            }
        }
        return pulled
    }

    /// Asks again for messages that the server listed and didn't give: an OK is no proof that a body came.
    ///
    /// - Returns: those that it still lists and still doesn't give. What it no longer lists was expunged meanwhile.
    func retry(_ missing: [FolderID: UIDSet]) async throws -> [FolderID: UIDSet] {
        var unfetchable: [FolderID: UIDSet] = [:]
        for (folder, uids) in missing.sorted(by: { $0.key < $1.key }) {
            let round = FetchRound(uids: [folder: uids], threads: 0)
            let again = try await pull([round], progress: nil)
            guard let absent = again.missing[folder] else { continue }
            try await select(folder)
            let listed = try await visit.mailbox.uidSearch(.uids(absent))
            let refused = absent.intersection(listed)
            if !refused.isEmpty { unfetchable[folder] = refused }
        }
        return unfetchable
    }
}
