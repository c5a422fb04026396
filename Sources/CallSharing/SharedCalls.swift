// Lets many callers who ask one by one share calls, each of which can carry many requests.
internal import Synchronization

/// Whoever comes while a call is under way goes with the next.
///
/// One caller leads at a time: it sends what has gathered, its own first, hands the answers out, and gives the lead to the
/// next who waits. Nobody waits on a timer, and nobody sends for others for longer than one call. A failure is that of all
/// who shared the call.
package final class SharedCalls<Request: Sendable, Answer: Sendable, Failure: Error>: Sendable {
    private typealias Outcome = Result<[Answer], Failure>

    private struct Waiter {
        let requests: [Request]
        let continuation: CheckedContinuation<Turn, Never>
    }

    private enum Turn {
        case answered(Outcome)
        case lead
    }

    private struct State {
        var isLed = false
        var waiting: [Waiter] = []
    }

    private let state = Mutex(State())
    private let batch: Int

    /// - Parameter batch: requests in one call.
    package init(batch: Int) { self.batch = batch }

    /// Sends requests, together with others' where there are any. It waits for the answer even if its task is cancelled.
    /// - Parameter send: one call; an answer a request, in order. It must not depend on its task's cancellation, which is
    ///   nothing to the others.
    /// - Returns: the answers to this caller's requests, in order.
    package func perform(
        _ requests: [Request], send: ([Request]) async throws(Failure) -> [Answer]
    ) async throws(Failure) -> [Answer] {
        let turn = await withCheckedContinuation { continuation in
            let leads = state.withLock { state in
                if state.isLed {
                    state.waiting.append(Waiter(requests: requests, continuation: continuation))
                    return false
                }
                state.isLed = true
                return true
            }
            if leads { continuation.resume(returning: .lead) }
        }
        switch turn {
        case .answered(let outcome): return try outcome.get()
        case .lead: return try await lead(requests, send: send)
        }
    }

    /// How many wait for the next call.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    private func lead(
        _ requests: [Request], send: ([Request]) async throws(Failure) -> [Answer]
    ) async throws(Failure) -> [Answer] {
        let others = takeWaiting(room: batch - requests.count)
        let outcome: Outcome
        do throws(Failure) {
            outcome = .success(try await send(requests + others.flatMap(\.requests)))
        } catch {
            outcome = .failure(error)
        }
        var from = requests.count
        for other in others {
            let range = from..<(from + other.requests.count)
            from = range.upperBound
            other.continuation.resume(returning: .answered(outcome.map { Array($0[range]) }))
        }
        passLeadOn()
        return Array(try outcome.get().prefix(requests.count))
    }

    private func takeWaiting(room: Int) -> [Waiter] {
        state.withLock { state in
            var left = room
            var count = 0
            for waiter in state.waiting {
                if waiter.requests.count > left { break }
                left -= waiter.requests.count
                count += 1
            }
            defer { state.waiting.removeFirst(count) }
            return Array(state.waiting.prefix(count))
        }
    }

    private func passLeadOn() {
        let next: Waiter? = state.withLock { state in
            if state.waiting.isEmpty {
                state.isLed = false
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.continuation.resume(returning: .lead)
    }
}
