import Crypto
import IMAP
import MIME
import MailModel
import MailStore
import NIOPosix
import Threading

/// Parses and hashes fetched messages on a thread of its own: GMime is a C parser that nothing can interrupt, so it
/// must not hold one of the few threads that all Swift tasks share.
final class ParseThread: Sendable {
    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let parser: Confined<MessageParser>

    init() {
        pool.start()
        parser = Confined(MessageParser())
    }

    deinit {
        pool.shutdownGracefully { _ in }
    }

    /// Turns fetched messages of one folder into rows to be stored, in their order. A message without a body is left
    /// out: it is unknown, not empty.
    func prepare(_ batch: FetchedBatch) async throws -> [NewMessage] {
        let parser = parser
        return try await pool.runIfActive {
            try batch.messages.compactMap { message in
                try MessagePreparer(parser: parser.value, folder: batch.folder, uidValidity: batch.uidValidity).prepare(
                    message)
            }
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
