import Crypto
import IMAP
import MIME
import MailModel
import MailStore
import NIOCore
import NIOPosix
import Synchronization
import Threading

/// Parses and hashes fetched messages on a thread of its own: GMime is a C parser that nothing can interrupt, so it
/// must not hold one of the few threads that all Swift tasks share.
final class ParseThread: Sendable {
    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let parser: Confined<MessageParser>
    private let patience: TimeAmount

    /// - Parameter patience: how long a batch may take; a batch is at most some megabytes, or one large message.
    init(patience: TimeAmount) {
        self.patience = patience
        pool.start()
        parser = Confined(MessageParser())
    }

    deinit {
        pool.shutdownGracefully { _ in }
    }

    /// Turns fetched messages of one folder into rows to be stored, in their order. A message without a body is left
    /// out: it is unknown, not empty.
    ///
    /// - Throws: ``SyncError/parseStalled`` where it takes too long. Nothing can interrupt a C parser: its thread is left to
    ///   it, and this one is of no use any more.
    func prepare(_ batch: FetchedBatch, by rules: PreparationRules) async throws -> [NewMessage] {
        let parser = parser
        return try await run {
            try batch.messages.compactMap { message in
                try MessagePreparer(parser: parser.value, item: batch.folder, rules: rules).prepare(message)
            }
        }
    }

    /// What a message's header says.
    func parse(header: [UInt8]) async throws -> ParsedMessage {
        let parser = parser
        return try await run { header.withUnsafeBytes { parser.value.parse($0) } }
    }

    /// What is kept of messages that can't be parsed: their bytes, and where they lie.
    func quarantine(
        _ culprits: [Bisection.Culprit<FetchedMessage>], of item: WatchedFolder
    ) async throws -> [Checkpoint.Quarantined] {
        guard !culprits.isEmpty else { return [] }
        return try await run {
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
        try await run { try RawContent(raw).sha256() }
    }

    private func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        // No task group: it would wait for the work that nothing can end.
        let answer = Answer<Value>()
        let watch = MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: patience) {
            answer.give(.failure(SyncError.parseStalled))
        }
        defer { watch.cancel() }
        return try await withCheckedThrowingContinuation { continuation in
            answer.await(continuation)
            pool.submit { state in
                switch state {
                case .active: answer.give(Result { try work() })
                case .cancelled: answer.give(.failure(CancellationError()))
                }
            }
        }
    }

    /// The first answer counts; the other comes too late.
    private final class Answer<Value: Sendable>: Sendable {
        private enum State {
            case open
            case awaited(CheckedContinuation<Value, any Error>)
            case given(Result<Value, any Error>)
            case over
        }

        private let state = Mutex(State.open)

        func await(_ continuation: CheckedContinuation<Value, any Error>) {
            let early: Result<Value, any Error>? = state.withLock { state in
                switch state {
                case .open:
                    state = .awaited(continuation)
                    return nil
                case .given(let result):
                    state = .over
                    return result
                case .awaited, .over: return nil
                }
            }
            if let early { continuation.resume(with: early) }
        }

        func give(_ result: Result<Value, any Error>) {
            let waiting: CheckedContinuation<Value, any Error>? = state.withLock { state in
                switch state {
                case .open:
                    state = .given(result)
                    return nil
                case .awaited(let continuation):
                    state = .over
                    return continuation
                case .given, .over: return nil
                }
            }
            waiting?.resume(with: result)
        }
    }

    /// A value that only one thread ever touches.
    ///
    /// Unchecked, because the pool has exactly one thread and the value is used within its work items alone.
    private struct Confined<Value>: @unchecked Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }
}
