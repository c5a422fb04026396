import IMAP
import MIME
import MailModel
import MailStore
import NIOCore
import Synchronization

/// Parses and hashes fetched messages on a thread of its own: GMime is a C parser that nothing can interrupt, so it
/// must not hold one of the few threads that all Swift tasks share.
///
/// A message that the parser never finishes keeps its thread for good. Another takes its place; what had queued up behind
/// it is tried again by those who asked.
final class ParseThread: Sendable {
    private let bench = Mutex(ParseBench())
    private let patience: TimeAmount

    /// - Parameter patience: how long a batch may take; a batch is at most some megabytes, or one large message.
    init(patience: TimeAmount) { self.patience = patience }

    /// Turns fetched messages of one folder into rows to be stored, in their order. A message without a body is left
    /// out: it is unknown, not empty.
    ///
    /// - Throws: ``SyncError/parseStalled`` where it takes too long, ``SyncError/parserLost`` where another's batch did.
    func prepare(_ batch: FetchedBatch, by rules: PreparationRules) async throws -> [NewMessage] {
        try await run { parser in
            try batch.messages.compactMap { message in
                try MessagePreparer(parser: parser, item: batch.folder, rules: rules).prepare(message)
            }
        }
    }

    /// What a message's header says.
    func parse(header: [UInt8]) async throws -> ParsedMessage {
        try await run { parser in header.withUnsafeBytes { parser.parse($0) } }
    }

    /// What is kept of messages that can't be parsed: their bytes, and where they lie.
    func quarantine(
        _ culprits: [Bisection.Culprit<FetchedMessage>], of item: WatchedFolder
    ) async throws -> [Checkpoint.Quarantined] {
        guard !culprits.isEmpty else { return [] }
        return try await run { _ in
            try culprits.map { culprit in
                let raw = culprit.item.raw.map(RawContent.init)
                return Checkpoint.Quarantined(
                    folder: item.folder.id, uidValidity: item.uidValidity, uid: culprit.item.uid,
                    sha256: try raw?.sha256(), raw: raw, reason: culprit.reason)
            }
        }
    }

    /// The SHA-256 of a message's bytes; 32 bytes.
    func hash(_ raw: RawMessage) async throws -> [UInt8] {
        try await run { _ in try RawContent(raw).sha256() }
    }

    private func run<Value: Sendable>(
        _ work: @escaping @Sendable (MessageParser) throws -> Value
    ) async throws -> Value {
        let bench = bench.withLock { $0 }
        do {
            return try await bench.run(within: patience, work)
        } catch SyncError.parseStalled {
            let isFirst = self.bench.withLock { current in
                guard current === bench else { return false }
                current = ParseBench()
                return true
            }
            if isFirst { bench.giveUp() }
            throw SyncError.parseStalled
        }
    }
}
