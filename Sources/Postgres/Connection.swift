internal import CLibPQ
internal import Glibc

/// One libpq connection, non-blocking: it belongs to one thread, which waits for its socket and for a ``Wakeup``.
///
/// What is being done is told by closures throughout, since its words are wanted for errors alone and cost more than a
/// round trip's own work. It stays in pipeline mode, so that several statements are one round trip, and leaves it for what the mode forbids:
/// COPY and scripts.
///
/// ```
/// opening ──► ready ──► sending ──► receiving ──► ready
///    │          │           │           │  ▲
///    │          │           │  task     ▼  │ results drained and cancel request sent
///    │          │           └─ cancelled ► cancelling
///    ▼          ▼                           │ grace over
///  broken ◄─────┴───────────────────────────┘
/// ```
final class Connection {
    /// libpq's connection; freed in `deinit`.
    let pointer: OpaquePointer
    let wakeup: Wakeup
    private let cancelThread: CancelThread
    private let cancelHandle: CancelHandle

    /// The cancellation of the task that is being served; nil while the connection cleans up after itself, which
    /// nothing interrupts.
    var cancellation: Cancellation?
    var statements = StatementCache()
    /// Set when the connection can't be trusted any more, whatever libpq thinks.
    private var isAbandoned = false

    /// The cancel request of the exchange that is under way.
    private var attempt: CancelThread.Attempt?
    private var attemptDeadline: ContinuousClock.Instant?
    private var repetition: ContinuousClock.Instant?
    /// The end of an exchange that nothing may interrupt.
    private var cleanUpDeadline: ContinuousClock.Instant?

    /// How long the server may take to cancel, or to roll back, before the connection is given up.
    static let grace = Duration.seconds(5)
    /// A cancel request that reaches the server between two statements of a pipeline is ignored there: ask again.
    private static let repetitionInterval = Duration.milliseconds(200)

    /// - Parameter pointer: an open connection, owned from here on.
    init(owning pointer: OpaquePointer, wakeup: Wakeup, cancelThread: CancelThread) throws(PostgresError) {
        guard let handle = CancelHandle(connection: pointer) else {
            PQfinish(pointer)
            throw PostgresError(kind: .outOfResources, message: "no memory", activity: Self.connecting)
        }
        self.pointer = pointer
        self.wakeup = wakeup
        self.cancelThread = cancelThread
        cancelHandle = handle
    }

    deinit { PQfinish(pointer) }

    static let connecting = "connecting to PostgreSQL"

    var isBroken: Bool { isAbandoned || PQstatus(pointer) != CONNECTION_OK }
    /// Whether the server is in a transaction, be it a failed one.
    var isInTransaction: Bool { PQtransactionStatus(pointer) != PQTRANS_IDLE }

    /// The connection is of no more use: whoever finds it so replaces it.
    func abandon() { isAbandoned = true }

    /// Reads what came unasked while the connection was idle: notices, or the server's farewell.
    /// - Returns: whether the connection still stands.
    func absorb() -> Bool {
        guard PQconsumeInput(pointer) == 1 else { return false }
        // Parsing happens here; without a command under way the answer is always "not busy".
        _ = PQisBusy(pointer)
        return !isBroken
    }
}

extension Connection {
    /// Throws if the task is cancelled already, before anything is sent for it.
    func checkCancellation(_ activity: @autoclosure () -> String) throws(PostgresError) {
        if cancellation?.isRequested == true { throw .cancelled(activity()) }
    }

    /// Runs one exchange with the server, and leaves no cancel request behind that could hit the next one.
    func exchange<Value>(
        _ activity: @autoclosure () -> String,
        _ body: () throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        guard !isBroken else { throw lost(activity()) }
        try checkCancellation(activity())
        cleanUpDeadline = cancellation == nil ? .now + Self.grace : nil
        defer {
            attempt = nil
            attemptDeadline = nil
            repetition = nil
            cleanUpDeadline = nil
        }
        let outcome: Result<Value, PostgresError>
        do throws(PostgresError) {
            outcome = .success(try body())
        } catch {
            outcome = .failure(error)
        }
        awaitAttempt()
        return try outcome.get()
    }

    /// Whether this side has asked the server to cancel the exchange under way, or is about to.
    var isCancelling: Bool { attempt != nil || cancellation?.isRequested == true }

    /// Sends what libpq holds back, reading meanwhile, so that neither side waits for the other to read.
    func flush(_ activity: @autoclosure () -> String) throws(PostgresError) {
        while true {
            switch PQflush(pointer) {
            case 0: return
            case 1: try awaitSocket(POLLIN | POLLOUT, activity())
            default: throw lost(activity())
            }
        }
    }

    /// The next result of the command under way, or nil after its last. The caller frees it.
    func nextResult(_ activity: @autoclosure () -> String) throws(PostgresError) -> OpaquePointer? {
        while PQisBusy(pointer) == 1 { try awaitSocket(POLLIN, activity()) }
        return PQgetResult(pointer)
    }

    /// The error of a connection that can't go on.
    func lost(_ activity: String, outcomeUnknown: Bool = false) -> PostgresError {
        abandon()
        return .lost(pointer, activity: activity, outcomeUnknown: outcomeUnknown)
    }

    /// Waits until the socket is ready, and meanwhile sees to the task's cancellation.
    private func awaitSocket(_ events: Int32, _ activity: @autoclosure () -> String) throws(PostgresError) {
        if cancellation?.isRequested == true { try pursueCancellation(activity()) }
        if let cleanUpDeadline, .now >= cleanUpDeadline {
            abandon()
            throw PostgresError(kind: .connectionLost, message: "the server does not answer", activity: activity())
        }
        let ready = Self.poll(
            socket: PQsocket(pointer), events: events, wakeup: wakeup, until: repetition ?? cleanUpDeadline)
        if ready != 0, PQconsumeInput(pointer) == 0 {
            // What the server said last may wait in the buffer, as an error that tells more than the loss does.
            if PQisBusy(pointer) == 1 { throw lost(activity()) }
        }
    }

    /// Asks the server to cancel, again from time to time, and gives up in the end.
    private func pursueCancellation(_ activity: @autoclosure () -> String) throws(PostgresError) {
        let now = ContinuousClock.now
        guard let attempt, let attemptDeadline, let repetition else {
            self.attempt = cancelThread.cancel(cancelHandle, requester: wakeup)
            self.attemptDeadline = now + Self.grace
            self.repetition = now + Self.repetitionInterval
            return
        }
        if now >= attemptDeadline {
            abandon()
            throw .cancelled(activity())
        }
        if now >= repetition {
            if attempt.isDone { self.attempt = cancelThread.cancel(cancelHandle, requester: wakeup) }
            self.repetition = now + Self.repetitionInterval
        }
    }

    /// Waits until the cancel request has been sent, for a late one would hit the next statement.
    private func awaitAttempt() {
        guard let attempt, let attemptDeadline else { return }
        while !attempt.isDone {
            guard .now < attemptDeadline else { return abandon() }
            _ = Self.poll(socket: -1, events: 0, wakeup: wakeup, until: attemptDeadline)
        }
    }

    /// Waits for a socket or a signal, which it takes.
    /// - Parameters:
    ///   - socket: -1 for none.
    ///   - events: of `poll(2)`.
    ///   - deadline: nil waits for ever.
    /// - Returns: the socket's events; 0 for a signal or the deadline.
    static func poll(
        socket: Int32,
        events: Int32,
        wakeup: Wakeup,
        until deadline: ContinuousClock.Instant?
    ) -> Int32 {
        var entries = (
            pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket, events: Int16(events), revents: 0)
        )
        var timeout: Int32 = -1
        if let deadline {
            let left = ContinuousClock.now.duration(to: deadline)
            // Rounded up, or the last millisecond would be spent spinning.
            timeout = left <= .zero ? 0 : Int32(min(left / .milliseconds(1), 86_400_000)) + 1
        }
        let ready = withUnsafeMutableBytes(of: &entries) {
            Glibc.poll($0.assumingMemoryBound(to: pollfd.self).baseAddress, 2, timeout)
        }
        // EINTR counts as a signal: every caller looks again at what it waits for.
        guard ready > 0 else { return 0 }
        if entries.0.revents != 0 { wakeup.drain() }
        return Int32(entries.1.revents)
    }
}
