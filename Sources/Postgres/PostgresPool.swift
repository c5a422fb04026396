/// PostgreSQL over libpq: sessions, transactions, pipelines, COPY and migrations.
///
/// Each connection lives on a thread of its own, where libpq runs non-blocking over `poll(2)`; the Swift pool never
/// waits for a server. A closure is sent to a connection as a whole, since each hop between a task and a thread costs
/// about 25 µs: one hop a transaction, not one a statement.
///
/// ```
///  task ──withSession──► waiting (first come, first served) ──► connection's thread ──► closure
///   │                       │                                     │ connect when needed
///   └─ cancelled ───────────┴──► out of the queue                 │ BEGIN … COMMIT, or ROLLBACK
///                           └──► its statement is cancelled       └──► result back to the task
/// ```
///
/// `LISTEN` will be a connection of its own beside the pool, which waits in the same `poll`.
package final class PostgresPool: Sendable {
    /// Where it leads.
    package let configuration: PostgresConfiguration
    private let core: PoolCore

    /// Connects to nothing yet: connections and threads are made when first needed.
    /// - Throws: ``PostgresError`` of kind `outOfResources`.
    package init(_ configuration: PostgresConfiguration) throws(PostgresError) {
        self.configuration = configuration
        core = try PoolCore(configuration)
    }

    deinit { core.beginClosing() }

    /// Runs `body` on a connection's thread, which it may block.
    ///
    /// Cancelling the task takes it out of the queue, or cancels the statement that runs; either throws kind
    /// `cancelled`. A `body` that waits for something else than the session isn't interrupted.
    /// - Throws: what `body` throws; ``PostgresError`` where no connection could be had or the pool is closed.
    @discardableResult
    package func withSession<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        let slot = PoolSlot<Value>()
        let request = PoolRequest(
            cancellation: Cancellation(),
            perform: { holder, cancellation in
                let outcome = Result { try holder.withSession(cancellation, body) }
                return { slot.resume(with: outcome) }
            },
            refuse: { slot.resume(with: .failure($0)) }
        )
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                slot.fill(continuation)
                core.submit(request)
            }
        } onCancel: {
            core.cancel(request)
        }
    }

    /// Runs `body` as one transaction on a connection's thread; see ``PostgresSession/transaction(isolation:fence:_:)``.
    @discardableResult
    package func transaction<Value: Sendable>(
        isolation: Isolation = .readCommitted,
        fence: [Statement] = [],
        _ body: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        try await withSession { session in
            try session.transaction(isolation: isolation, fence: fence, body)
        }
    }

    /// Refuses what waits and what comes (kind `poolClosed`), lets what runs end, and returns when the connections are
    /// closed. May be called more than once.
    package func close() async { await core.close() }
}
