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
    private let rules: PreparationRules

    /// - Parameter coming: messages that the visit stores by this road or another, as far as their ids are known.
    init(visit: Visit, folders: [WatchedFolder], purpose: FetchPurpose, coming: Set<HeaderMessageID> = []) {
        self.visit = visit
        rules = PreparationRules(purpose: purpose, ownAddresses: visit.start.addresses, coming: coming)
        self.folders = Dictionary(uniqueKeysWithValues: folders.map { ($0.folder.id, $0) })
    }

    /// What a pull came to.
    struct Pulled: Sendable {
        var report = VisitReport(outcome: .complete)
        /// `nil` for a visit that has no progress to show.
        var progress: SyncProgress?
        /// UIDs that were asked for and didn't come.
        var missing: [FolderID: UIDSet] = [:]
        /// UIDs whose messages nobody can parse; their raw bytes are kept apart.
        var quarantined: [FolderID: UIDSet] = [:]
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
        let prepared = AsyncChannel<Cargo<PreparedBatch>>()
        let stored = AsyncChannel<Cargo<PreparedBatch>>()
        return try await withThrowingTaskGroup(of: Pulled?.self) { group in
            group.addTask {
                try await fetch(rounds, into: fetched)
                return nil
            }
            group.addTask {
                for await cargo in fetched {
                    switch cargo {
                    case .messages(let batch):
                        await prepared.send(.messages(try await prepare(batch)))
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
                    try await visit.open(folders[folder]!)
                    selected = folder
                }
                for try await messages in try visit.mailbox.fetchMessages(uids, items: Self.items) {
                    await channel.send(.messages(FetchedBatch(folder: folders[folder]!, messages: messages)))
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

    /// Parses a batch; in a process that has its job alone, only what a trial apart has come through.
    private func prepare(_ batch: FetchedBatch) async throws -> PreparedBatch {
        let engine = visit.engine
        guard let trial = engine.trial else {
            return PreparedBatch(messages: try await engine.parsers.prepare(batch, by: rules))
        }
        let culprits = try await Bisection.culprits(among: batch.messages) { try await trial($0) }
        var sound = batch
        sound.messages.removeAll { message in culprits.contains { $0.item.uid == message.uid } }
        var prepared = PreparedBatch(messages: try await engine.parsers.prepare(sound, by: rules))
        prepared.quarantined = try await engine.parsers.quarantine(culprits, of: batch.folder)
        return prepared
    }

    /// Gathers messages into checkpoints and stores their raw bytes while the checkpoint before is being committed.
    private func storeContents(
        _ incoming: AsyncChannel<Cargo<PreparedBatch>>, into outgoing: AsyncChannel<Cargo<PreparedBatch>>
    ) async throws {
        defer { outgoing.finish() }
        let settings = visit.engine.settings
        var batch = PreparedBatch()
        var bytes = 0

        func pass() async throws {
            guard !batch.isEmpty else { return }
            try await visit.store.storeContents(of: batch.messages, under: visit.lease)
            for index in batch.messages.indices { batch.messages[index].raw = batch.messages[index].raw.onceStored }
            await outgoing.send(.messages(batch))
            batch = PreparedBatch()
            bytes = 0
        }

        for await cargo in incoming {
            switch cargo {
            case .messages(let prepared):
                batch.messages += prepared.messages
                batch.quarantined += prepared.quarantined
                bytes += prepared.messages.reduce(0) { $0 + $1.raw.count }
                if batch.messages.count >= settings.checkpointMessages || bytes >= settings.checkpointBytes {
                    try await pass()
                }
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
        _ channel: some AsyncSequence<Cargo<PreparedBatch>, Never>, planned rounds: [FetchRound],
        progress: SyncProgress?, countsNewThreads: Bool
    ) async throws -> Pulled {
        var pulled = Pulled(progress: progress)
        var checkpoints = 0
        var delivered: [FolderID: UIDSet] = [:]
        for await cargo in channel {
            switch cargo {
            case .messages(let batch):
                let messages = batch.messages
                var checkpoint = Checkpoint()
                checkpoint.messages = messages
                checkpoint.quarantines = batch.quarantined
                let bytes = checkpoint.byteCount
                pulled.progress?.messagesDone += messages.count
                pulled.progress?.bytesDone += bytes
                checkpoint.progress = pulled.progress
                let result = try await visit.commit(checkpoint)
                pulled.report.add(result, bytes: bytes)
                if countsNewThreads { pulled.progress?.threadsDone += result.newThreads - result.joinedThreads }
                for message in messages { delivered[message.folder, default: UIDSet()].insert(message.uid) }
                for message in batch.quarantined {
                    delivered[message.folder, default: UIDSet()].insert(message.uid)
                    pulled.quarantined[message.folder, default: UIDSet()].insert(message.uid)
                }
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
    /// - Returns: why UIDs are not placed, by folder: those that the server still lists and still doesn't give, and those
    ///   that are in quarantine. What it no longer lists was expunged meanwhile.
    func retry(_ pulled: Pulled) async throws -> [SkipReason: [FolderID: UIDSet]] {
        var quarantined = pulled.quarantined
        var unfetchable: [FolderID: UIDSet] = [:]
        for (folder, uids) in pulled.missing.sorted(by: { $0.key < $1.key }) {
            let again = try await pull([FetchRound(uids: [folder: uids], threads: 0)], progress: nil)
            for (folder, uids) in again.quarantined {
                quarantined[folder] = (quarantined[folder] ?? UIDSet()).union(uids)
            }
            guard let absent = again.missing[folder] else { continue }
            try await visit.open(folders[folder]!)
            let listed = absent.intersection(try await visit.mailbox.uidSearch(.uids(absent)))
            if !listed.isEmpty { unfetchable[folder] = listed }
        }
        return [.quarantined: quarantined, .unfetchable: unfetchable]
    }
}
