import IMAPCore
import NIOCore
import Synchronization

/// What the event loop has read and the connection's user has not yet taken, and the one who waits for it.
///
/// The loop only reads when it is told to: once for each wait, and, during a fetch, ahead of it up to a window while
/// the budget has room. So the socket is read no faster than its octets are used.
///
/// Of deadlines one timer looks after. It is set when someone waits for whom none is set, or one that comes too late,
/// and finds out by itself when it goes off whether there is more to wait for; so a wait costs no timer of its own, and
/// a connection at rest costs none but that of its end.
final class Inbound: Sendable {
    /// Why nothing more will come, or did not come in time.
    enum End: Error, Sendable, Hashable {
        case closed
        case failed(IMAPError)
        case timedOut
        case cancelled
    }

    /// What a wait for news came to.
    enum News: Sendable {
        case octets([ByteBuffer])
        case elapsed
        case interrupted
    }

    private struct Waiter {
        let continuation: CheckedContinuation<Result<News, End>, Never>
        let deadline: NIODeadline
        let kind: Kind
    }

    private enum Kind: Sendable {
        /// For what must come: its deadline ends all.
        case reply
        /// For what may never come: its deadline ends the wait.
        case chance
        /// The same, and whoever wants to may end it.
        case news
    }

    private struct State {
        var buffers: [ByteBuffer] = []
        var byteCount = 0
        var isReading = false
        var readsAhead = false
        var end: End?
        var waiter: Waiter?
        var isInterrupted = false
        var timer: (at: NIODeadline, task: Scheduled<Void>?)?
    }

    /// The octets that may lie here unread while a fetch is under way.
    private static let window = 512 << 10

    private let state = Mutex(State())
    private let budget: ByteBudget

    init(budget: ByteBudget) { self.budget = budget }

    /// Whether octets lie here that no one has taken.
    var hasBytes: Bool { state.withLock { !$0.buffers.isEmpty } }

    func setReadsAhead(_ value: Bool) { state.withLock { $0.readsAhead = value } }

    /// Takes all that was read; where there is nothing, waits for more. A wait past its deadline ends all.
    ///
    /// - Parameter channel: the one whose octets come here.
    func take(until deadline: NIODeadline, from channel: any Channel) async throws(End) -> [ByteBuffer] {
        switch try await take(until: deadline, from: channel, as: .reply) {
        case .octets(let buffers): return buffers
        case .elapsed, .interrupted: throw .timedOut
        }
    }

    /// As ``take(until:from:)``, but neither the deadline nor ``interrupt()`` ends more than this wait.
    func takeNews(
        until deadline: NIODeadline, from channel: any Channel, isInterruptible: Bool
    ) async throws(End) -> News {
        try await take(until: deadline, from: channel, as: isInterruptible ? .news : .chance)
    }

    private func take(
        until deadline: NIODeadline, from channel: any Channel, as kind: Kind
    ) async throws(End) -> News {
        let ready = state.withLock { state -> (Result<News, End>?, mustRead: Bool) in
            if !state.buffers.isEmpty {
                let buffers = Self.takeAll(&state)
                return (.success(.octets(buffers)), mustRead(&state, isWaited: false))
            }
            if let end = state.end { return (.failure(end), false) }
            return (nil, false)
        }
        if ready.mustRead { channel.read() }
        if let result = ready.0 { return try result.get() }
        return try await wait(until: deadline, from: channel, as: kind).get()
    }

    private func wait(
        until deadline: NIODeadline, from channel: any Channel, as kind: Kind
    ) async -> Result<News, End> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = state.withLock { state -> (Result<News, End>?, mustRead: Bool, mustArm: Bool) in
                    if !state.buffers.isEmpty { return (.success(.octets(Self.takeAll(&state))), false, false) }
                    if let end = state.end { return (.failure(end), false, false) }
                    if Task.isCancelled {
                        state.end = .cancelled
                        return (.failure(.cancelled), false, false)
                    }
                    if kind == .news, state.isInterrupted { return (.success(.interrupted), false, false) }
                    state.waiter = Waiter(continuation: continuation, deadline: deadline, kind: kind)
                    return (nil, mustRead(&state, isWaited: true), Self.mustArm(state, deadline))
                }
                if let result = outcome.0 { continuation.resume(returning: result) }
                if outcome.mustRead { channel.read() }
                if outcome.mustArm { arm(deadline, on: channel.eventLoop) }
            }
        } onCancel: {
            finish(.cancelled)
        }
    }

    private static func takeAll(_ state: inout State) -> [ByteBuffer] {
        defer {
            state.buffers = []
            state.byteCount = 0
        }
        return state.buffers
    }

    /// Takes back what was handed over and not taken.
    func withdraw() -> [ByteBuffer] { state.withLock { Self.takeAll(&$0) } }

    private func mustRead(_ state: inout State, isWaited: Bool) -> Bool {
        guard !state.isReading, state.end == nil else { return false }
        guard isWaited || (state.readsAhead && state.byteCount < Self.window && budget.hasRoom) else { return false }
        state.isReading = true
        return true
    }

    // MARK: - Interruption

    /// Ends the wait for news that is under way, or the next one.
    func interrupt() {
        let waiter = state.withLock { state -> Waiter? in
            state.isInterrupted = true
            guard let waiter = state.waiter, waiter.kind == .news else { return nil }
            state.waiter = nil
            return waiter
        }
        waiter?.continuation.resume(returning: .success(.interrupted))
    }

    /// Whether ``interrupt()`` was called since this was asked last.
    func takeInterruption() -> Bool {
        state.withLock { state in
            defer { state.isInterrupted = false }
            return state.isInterrupted
        }
    }

    // MARK: - Time

    private static func mustArm(_ state: State, _ deadline: NIODeadline) -> Bool {
        deadline < .distantFuture && state.timer.map { deadline < $0.at } ?? true
    }

    private func arm(_ deadline: NIODeadline, on loop: any EventLoop) {
        let task = loop.scheduleTask(deadline: deadline) { [weak self] in
            self?.expire(now: .now(), on: loop)
            return
        }
        let (replaced, isOver) = state.withLock { state in
            defer { state.timer = (deadline, task) }
            return (state.timer?.task, state.end != nil)
        }
        replaced?.cancel()
        if isOver { task.cancel() }
    }

    /// Ends the wait of one who has waited too long, or sets the timer for one who may wait longer.
    private func expire(now: NIODeadline, on loop: any EventLoop) {
        enum Next {
            case nothing, end
            case wake(Waiter)
            case arm(NIODeadline)
        }
        let next = state.withLock { state -> Next in
            if let timer = state.timer, timer.at <= now { state.timer = nil }
            guard let waiter = state.waiter else { return .nothing }
            guard waiter.deadline <= now else {
                return Self.mustArm(state, waiter.deadline) ? .arm(waiter.deadline) : .nothing
            }
            if waiter.kind == .reply { return .end }
            state.waiter = nil
            return .wake(waiter)
        }
        switch next {
        case .nothing: return
        case .end: finish(.timedOut)
        case .wake(let waiter): waiter.continuation.resume(returning: .success(.elapsed))
        case .arm(let deadline): arm(deadline, on: loop)
        }
    }

    // MARK: - The event loop's side

    /// Whether the socket is to be read again after a read.
    enum NextRead {
        case none
        /// Someone waits for it.
        case now
        /// Ahead of the one who will use it.
        case ahead
    }

    /// A read is over.
    func deliver(_ buffers: [ByteBuffer]) -> NextRead {
        let (waiter, batch, next) = state.withLock { state -> (Waiter?, [ByteBuffer], NextRead) in
            state.isReading = false
            for buffer in buffers {
                state.buffers.append(buffer)
                state.byteCount += buffer.readableBytes
            }
            guard let waiter = state.waiter, !state.buffers.isEmpty else { return (nil, [], self.nextRead(&state)) }
            state.waiter = nil
            let batch = Self.takeAll(&state)
            return (waiter, batch, self.nextRead(&state))
        }
        waiter?.continuation.resume(returning: .success(.octets(batch)))
        return next
    }

    private func nextRead(_ state: inout State) -> NextRead {
        let isWaited = state.waiter != nil
        guard mustRead(&state, isWaited: isWaited) else { return .none }
        return isWaited ? .now : .ahead
    }

    /// Nothing more will come. What lies here can still be taken; the first reason counts.
    func finish(_ end: End) {
        let (waiter, timer) = state.withLock { state in
            if state.end == nil { state.end = end }
            defer {
                state.waiter = nil
                state.timer = nil
            }
            return (state.waiter, state.timer?.task)
        }
        timer?.cancel()
        waiter?.continuation.resume(returning: .failure(end))
    }
}
