internal import Foundation
internal import Synchronization

/// What a pool's threads share with it. It outlives the pool by as long as its threads take to end.
final class PoolCore: Sendable {
    private struct State {
        var machine: PoolMachine<PoolRequest>
        var closing: [CheckedContinuation<Void, Never>] = []
    }

    private let configuration: PostgresConfiguration
    private let wakeups: [Wakeup]
    private let cancelThread: CancelThread
    private let state: Mutex<State>

    init(_ configuration: PostgresConfiguration) throws(PostgresError) {
        self.configuration = configuration
        var wakeups: [Wakeup] = []
        for _ in 0..<configuration.poolSize { wakeups.append(try Wakeup()) }
        self.wakeups = wakeups
        cancelThread = try CancelThread()
        state = Mutex(State(machine: PoolMachine(size: configuration.poolSize)))
    }

    /// Gives the request to a thread, now or later.
    func submit(_ request: PoolRequest) {
        // The flag is set before ``cancel(_:)`` looks for the request, so that one of the two sees the other.
        let submission = state.withLock { state in
            request.cancellation.isRequested ? nil : state.machine.submit(request)
        }
        switch submission {
        case nil: request.refuse(.cancelled("waiting for a connection"))
        case .start(let seat): start(seat: seat)
        case .wake(let seat): wakeups[seat].signal()
        case .waits: break
        case .refused: request.refuse(Self.closed)
        }
    }

    /// Cancels a request wherever it is, even before it was submitted.
    func cancel(_ request: PoolRequest) {
        request.cancellation.request()
        switch state.withLock({ $0.machine.cancel(request) }) {
        case .removed: request.refuse(.cancelled("waiting for a connection"))
        case .interrupt(let seat): wakeups[seat].signal()
        case .unknown: break
        }
    }

    /// Lets the threads end after what they run; returns at once.
    func beginClosing() {
        let (refused, wake) = state.withLock { $0.machine.close() }
        for request in refused { request.refuse(Self.closed) }
        for seat in wake { wakeups[seat].signal() }
        finishClosing()
    }

    /// Closes, and returns when every thread has ended.
    func close() async {
        beginClosing()
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.machine.isOver { state.closing.append(continuation) }
                return state.machine.isOver
            }
            if isOver { continuation.resume() }
        }
    }

    private static let closed = PostgresError(
        kind: .poolClosed, message: "the pool is closed", activity: "waiting for a connection")

    /// The thread takes its first request like any other: one that it was given would be held for as long as it runs.
    private func start(seat: Int) {
        let thread = Thread { [self] in run(seat: seat) }
        thread.name = "postgres-\(seat)"
        thread.start()
    }

    /// A seat's thread.
    private func run(seat: Int) {
        let holder = ConnectionHolder(configuration, wakeup: wakeups[seat], cancelThread: cancelThread)
        var work = state.withLock { $0.machine.take(seat: seat) }
        loop: while true {
            switch work {
            case .run(let request):
                let resume = request.perform(holder, request.cancellation)
                work = state.withLock { $0.machine.finished(seat: seat) }
                resume()
            case .idle:
                holder.idle()
                work = state.withLock { $0.machine.take(seat: seat) }
            case .end:
                break loop
            }
        }
        holder.close()
        state.withLock { $0.machine.ended(seat: seat) }
        finishClosing()
    }

    private func finishClosing() {
        let (isOver, closing) = state.withLock { state in
            guard state.machine.isOver else { return (false, [CheckedContinuation<Void, Never>]()) }
            defer { state.closing = [] }
            return (true, state.closing)
        }
        if isOver { cancelThread.end() }
        for continuation in closing { continuation.resume() }
    }
}
