internal import Synchronization

/// Lets callers who ask one by one share calls: whoever comes while a call is under way goes with the next.
///
/// One caller leads at a time: it sends what has gathered, its own first, hands the answers out, and gives the lead to the
/// next who waits. Nobody waits on a timer, and nobody sends for others for longer than one call.
final class EnqueueSharing: Sendable {
    typealias Answer = Result<[EnqueueOutcome], JobQueueError>

    private struct Waiter {
        let requests: [JobRequest]
        let continuation: CheckedContinuation<Turn, Never>
    }

    private enum Turn {
        case answered(Answer)
        case lead
    }

    private struct State {
        var isLed = false
        var waiting: [Waiter] = []
    }

    private let state = Mutex(State())
    private let batch: Int

    /// - Parameter batch: requests in one call.
    init(batch: Int) { self.batch = batch }

    /// Sends requests, together with others' where there are any.
    /// - Parameter send: one call; its outcomes come in the order of the requests.
    func enqueue(
        _ requests: [JobRequest], send: ([JobRequest]) async throws(JobQueueError) -> [EnqueueOutcome]
    ) async throws(JobQueueError) -> [EnqueueOutcome] {
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
        case .answered(let answer): return try answer.get()
        case .lead: return try await lead(requests, send: send)
        }
    }

    private func lead(
        _ requests: [JobRequest], send: ([JobRequest]) async throws(JobQueueError) -> [EnqueueOutcome]
    ) async throws(JobQueueError) -> [EnqueueOutcome] {
        let others = takeWaiting(room: batch - requests.count)
        let answer: Answer
        do throws(JobQueueError) {
            answer = .success(try await send(requests + others.flatMap(\.requests)))
        } catch {
            answer = .failure(error)
        }
        var from = requests.count
        for other in others {
            let range = from..<(from + other.requests.count)
            from = range.upperBound
            other.continuation.resume(returning: .answered(answer.map { Array($0[range]) }))
        }
        passLeadOn()
        return Array(try answer.get().prefix(requests.count))
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
