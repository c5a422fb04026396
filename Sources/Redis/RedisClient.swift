internal import NIOCore
internal import NIOPosix

/// Redis over one pipelined connection that many tasks share.
///
/// The module is a RESP2 client for Redis 7.0 and later and Valkey: hiredis encodes commands and reads replies, NIO
/// moves the bytes, TLS included. Commands of all tasks go out in the order of their hand-in, as many a write as have
/// gathered, and replies find their tasks by that order.
///
/// ```
///   tasks ─► CommandMailbox ─► ConnectionDriver ─► ConnectionHandler ─► socket
///               (a lock)         (one event loop)      (hiredis)
/// ```
///
/// - It connects when the first command comes and reconnects when the next one needs it, with a jittered backoff. It
///   needs no `run()`; ``close()`` ends it.
/// - A command not yet written when the connection breaks waits for the next one within its deadline. One that was
///   written fails with ``RedisError/unknownWhetherExecuted(_:)``; only the caller knows whether it may be repeated.
/// - A command that blocks on the server (BLPOP) holds up all behind it: give it a client of its own. Commands that
///   change the connection (SUBSCRIBE, SELECT, CLIENT REPLY, WATCH outside one pipeline) are not for this type.
package final class RedisClient: Sendable {
    /// What it was made with.
    package let configuration: RedisConfiguration
    private let mailbox: CommandMailbox
    private let eventLoop: any EventLoop
    private let driver: NIOLoopBoundBox<ConnectionDriver>

    /// Makes a client; nothing is connected yet.
    /// - Parameters:
    ///   - configuration: the server and the bounds.
    ///   - random: draws from 0..<1 for the jitter of the backoff.
    package init(
        _ configuration: RedisConfiguration, random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.configuration = configuration
        let mailbox = CommandMailbox(maximumOutstanding: configuration.maximumOutstanding)
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        self.mailbox = mailbox
        self.eventLoop = eventLoop
        driver = NIOLoopBoundBox.makeBoxSendingValue(
            ConnectionDriver(configuration: configuration, mailbox: mailbox, eventLoop: eventLoop, random: random),
            eventLoop: eventLoop)
    }

    /// A client that nobody holds any more closes its connection.
    deinit {
        let driver = driver
        eventLoop.execute { _ = driver.value.close() }
    }

    /// Sends one command and waits for its reply.
    /// - Parameters:
    ///   - command: any that answers once.
    ///   - timeout: in place of the configuration's; a blocking command needs more than its own.
    ///   - ignoringCancellation: for commands whose reply must be known even if the task is cancelled; the time-out
    ///     still holds.
    /// - Returns: the reply; an error reply is thrown.
    /// - Throws: ``RedisError``.
    package func send(
        _ command: RedisCommand, timeout: Duration? = nil, ignoringCancellation: Bool = false
    ) async throws(RedisError) -> RedisValue {
        let results = try await pipeline([command], timeout: timeout, ignoringCancellation: ignoringCancellation)
        return try results[0].get()
    }

    /// Sends commands as one piece: they arrive together and in order, with none of another task in between.
    /// - Returns: a result for each command, in order. If the connection breaks half-way, the replies that came are
    ///   kept, and the rest are ``RedisError/unknownWhetherExecuted(_:)``.
    /// - Throws: ``RedisError`` if none of them was written.
    package func pipeline(
        _ commands: [RedisCommand], timeout: Duration? = nil, ignoringCancellation: Bool = false
    ) async throws(RedisError) -> [Result<RedisValue, RedisError>] {
        if commands.isEmpty { return [] }
        let pending = makePending(commands, timeout: timeout)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<PendingReply.Outcome, Never>) in
                pending.whenFinished { continuation.resume(returning: $0) }
                handIn(pending)
            }
        } onCancel: {
            if !ignoringCancellation { pending.cancel() }
        }
        return try outcome.get()
    }

    /// Sends one command without a task: for callers that must not depend on the Swift cooperative pool.
    /// - Parameter completion: called once, on the client's event loop or on the caller's thread; it must not block.
    package func submit(
        _ command: RedisCommand, timeout: Duration? = nil,
        completion: @escaping @Sendable (Result<RedisValue, RedisError>) -> Void
    ) {
        let pending = makePending([command], timeout: timeout)
        pending.whenFinished { outcome in
            completion(outcome.flatMap { $0[0] })
        }
        handIn(pending)
    }

    /// Calls `body` again and again on the client's event loop, whatever the Swift cooperative pool is doing.
    /// - Parameters:
    ///   - interval: from the end of one call to the next; the first call comes after one interval.
    ///   - body: must not block.
    package func schedule(every interval: Duration, _ body: @escaping @Sendable () -> Void) -> RedisTimer {
        let delay = TimeAmount(interval)
        return RedisTimer(
            eventLoop.scheduleRepeatedTask(initialDelay: delay, delay: delay) { _ in body() })
    }

    /// Calls `body` once on the client's event loop, after a time.
    /// - Parameter body: must not block.
    package func schedule(after delay: Duration, _ body: @escaping @Sendable () -> Void) -> RedisTimer {
        RedisTimer(eventLoop.scheduleTask(in: TimeAmount(delay), body))
    }

    /// Closes the connection and refuses all further commands. Those in flight fail; so finish your work before.
    package func close() async {
        mailbox.close()
        do {
            try await eventLoop.flatSubmit { self.driver.value.close() }.get()
        } catch {
            // The connection is closed all the same; how its last bytes fared interests nobody any more.
        }
    }

    private func makePending(_ commands: [RedisCommand], timeout: Duration?) -> PendingReply {
        PendingReply(commands, timeout: TimeAmount(timeout ?? configuration.commandTimeout), now: .now())
    }

    private func handIn(_ pending: PendingReply) {
        switch mailbox.put(pending) {
        case .taken: break
        case .wakeLoop: eventLoop.execute { self.driver.value.wake() }
        case .overloaded(let outstanding): pending.refuse(.overloaded(outstanding: outstanding))
        case .closed: pending.refuse(.closed)
        }
    }
}
