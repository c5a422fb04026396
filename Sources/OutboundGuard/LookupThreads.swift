import Foundation
import Synchronization

/// Threads that do look-ups, started as needed and gone when nothing waits. `getaddrinfo` blocks for seconds when DNS
/// is slow, which Swift's cooperative pool can't afford.
final class LookupThreads: Sendable {
    private struct State {
        var waiting: [LookupRequest] = []
        var running = 0
    }

    private let state = Mutex(State())
    private let maximumThreads: Int
    private let maximumWaiting: Int
    private let lookup: @Sendable (String) -> LookupAnswer

    init(maximumThreads: Int, maximumWaiting: Int, lookup: @escaping @Sendable (String) -> LookupAnswer) {
        self.maximumThreads = maximumThreads
        self.maximumWaiting = maximumWaiting
        self.lookup = lookup
    }

    /// - Returns: false when as many as may wait already do.
    func submit(_ request: LookupRequest) -> Bool {
        enum Decision { case refused, queued, needsThread }
        let decision: Decision = state.withLock { state in
            if state.waiting.count >= maximumWaiting {
                // Those that timed out or were cancelled in the queue no longer count.
                state.waiting.removeAll(where: \.isFinished)
                guard state.waiting.count < maximumWaiting else { return .refused }
            }
            state.waiting.append(request)
            guard state.running < maximumThreads else { return .queued }
            state.running += 1
            return .needsThread
        }
        switch decision {
        case .refused:
            return false
        case .queued:
            return true
        case .needsThread:
            let thread = Thread { self.work() }
            thread.name = "lookup"
            thread.start()
            return true
        }
    }

    private func work() {
        while let request = next() {
            guard !request.isFinished else { continue }
            request.finish(.answered(lookup(request.host)))
        }
    }

    /// The next request; nil ends the thread, which is struck off under the same lock that showed the queue empty.
    private func next() -> LookupRequest? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}
