import IMAPCore
import NIOCore
import Synchronization

/// What the event loop has read and the connection's user has not yet taken, and the one who waits for it.
///
/// The loop only reads when it is told to: once for each wait, and, during a fetch, ahead of it up to a window while
/// the budget has room. So the socket is read no faster than its octets are used.
final class Inbound: Sendable {
    /// Why nothing more will come, or did not come in time.
    enum End: Error, Sendable, Hashable {
        case closed
        case failed(IMAPError)
        case timedOut
        case cancelled
    }

    private struct State {
        var buffers: [ByteBuffer] = []
        var byteCount = 0
        var isReading = false
        var readsAhead = false
        var end: End?
        var waiter: CheckedContinuation<Result<[ByteBuffer], End>, Never>?
        var waitDeadline = NIODeadline.distantFuture
    }

    /// The octets that may lie here unread while a fetch is under way.
    private static let window = 512 << 10

    private let state = Mutex(State())
    private let budget: ByteBudget

    init(budget: ByteBudget) { self.budget = budget }

    /// Whether octets lie here that no one has taken.
    var hasBytes: Bool { state.withLock { !$0.buffers.isEmpty } }

    func setReadsAhead(_ value: Bool) { state.withLock { $0.readsAhead = value } }

    /// Takes all that was read; where there is nothing, waits for more.
    ///
    /// - Parameter read: called when the socket must be read for that.
    func take(until deadline: NIODeadline, read: @Sendable () -> Void) async throws(End) -> [ByteBuffer] {
        let ready = state.withLock { state -> (Result<[ByteBuffer], End>?, mustRead: Bool) in
            if !state.buffers.isEmpty {
                let buffers = Self.takeAll(&state)
                return (.success(buffers), mustRead(&state, isWaited: false))
            }
            if let end = state.end { return (.failure(end), false) }
            return (nil, false)
        }
        if ready.mustRead { read() }
        if let result = ready.0 { return try result.get() }
        return try await wait(until: deadline, read: read).get()
    }

    private func wait(
        until deadline: NIODeadline, read: @Sendable () -> Void
    ) async -> Result<[ByteBuffer], End> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let outcome = state.withLock { state -> (Result<[ByteBuffer], End>?, mustRead: Bool) in
                    if !state.buffers.isEmpty { return (.success(Self.takeAll(&state)), false) }
                    if let end = state.end { return (.failure(end), false) }
                    if Task.isCancelled {
                        state.end = .cancelled
                        return (.failure(.cancelled), false)
                    }
                    state.waiter = continuation
                    state.waitDeadline = deadline
                    return (nil, mustRead(&state, isWaited: true))
                }
                if let result = outcome.0 { continuation.resume(returning: result) }
                if outcome.mustRead { read() }
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

    private func mustRead(_ state: inout State, isWaited: Bool) -> Bool {
        guard !state.isReading, state.end == nil else { return false }
        guard isWaited || (state.readsAhead && state.byteCount < Self.window && budget.hasRoom) else { return false }
        state.isReading = true
        return true
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
        let (waiter, batch, next) = state.withLock { state in
            state.isReading = false
            for buffer in buffers {
                state.buffers.append(buffer)
                state.byteCount += buffer.readableBytes
            }
            guard let waiter = state.waiter, !state.buffers.isEmpty else {
                return (
                    nil as CheckedContinuation<Result<[ByteBuffer], End>, Never>?, [] as [ByteBuffer],
                    self.nextRead(&state)
                )
            }
            state.waiter = nil
            let batch = Self.takeAll(&state)
            return (waiter, batch, self.nextRead(&state))
        }
        waiter?.resume(returning: .success(batch))
        return next
    }

    private func nextRead(_ state: inout State) -> NextRead {
        let isWaited = state.waiter != nil
        guard mustRead(&state, isWaited: isWaited) else { return .none }
        return isWaited ? .now : .ahead
    }

    /// Nothing more will come. What lies here can still be taken; the first reason counts.
    func finish(_ end: End) {
        let waiter = state.withLock { state in
            if state.end == nil { state.end = end }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: .failure(end))
    }

    /// Ends the wait of one who has waited too long.
    func expire(now: NIODeadline) {
        let isLate = state.withLock { $0.waiter != nil && $0.waitDeadline <= now }
        if isLate { finish(.timedOut) }
    }
}
