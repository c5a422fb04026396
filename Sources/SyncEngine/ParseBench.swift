import MIME
import NIOCore
import NIOPosix
import Synchronization

/// One thread with its parser, and those who wait for it.
final class ParseBench: Sendable {
    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let parser = Confined(MessageParser())
    /// How to tell those who wait that nothing will come of it, by a number.
    private let waiting = Mutex<(next: Int, tell: [Int: @Sendable () -> Void])>((0, [:]))

    init() { pool.start() }

    deinit { pool.shutdownGracefully { _ in } }

    /// Does something on the thread. Its time counts from when it begins, not while others are before it.
    ///
    /// - Throws: ``SyncError/parseStalled`` after `patience`; the work goes on then, since nothing can end it.
    func run<Value: Sendable>(
        within patience: TimeAmount, _ work: @escaping @Sendable (MessageParser) throws -> Value
    ) async throws -> Value {
        // No task group: it would wait for the work that nothing can end.
        let answer = Answer<Value>()
        let number = waiting.withLock { waiting in
            waiting.next += 1
            waiting.tell[waiting.next] = { answer.give(.failure(SyncError.parserLost)) }
            return waiting.next
        }
        defer { waiting.withLock { $0.tell[number] = nil } }
        let parser = parser
        return try await withCheckedThrowingContinuation { continuation in
            answer.await(continuation)
            pool.submit { state in
                guard case .active = state else { return answer.give(.failure(CancellationError())) }
                let watch = MultiThreadedEventLoopGroup.singleton.next().scheduleTask(in: patience) {
                    answer.give(.failure(SyncError.parseStalled))
                }
                answer.give(Result { try work(parser.value) })
                watch.cancel()
            }
        }
    }

    /// The thread is lost: whoever waits for it needn't.
    func giveUp() {
        for tell in waiting.withLock({ Array($0.tell.values) }) { tell() }
    }

    /// A value that only one thread ever touches.
    ///
    /// Unchecked, because the pool has exactly one thread and the value is used within its work items alone.
    private struct Confined<Value>: @unchecked Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }
}
