internal import Synchronization

/// What a handler is told while it runs.
///
/// A drain sets ``shouldStop`` first and cancels the handler's task only at the end of the grace; a lost lease does both
/// at once.
package final class JobContext: Sendable {
    private struct State {
        var stopReason: StopReason?
        var leaseEnd: ContinuousClock.Instant
    }

    package let job: ClaimedJob
    private let state: Mutex<State>
    let cancellation = Signal<StopReason>()

    /// - Parameter leaseEnd: counted from before the claim was sent, so that Redis's lease ends later than ours.
    init(job: ClaimedJob, leaseEnd: ContinuousClock.Instant) {
        self.job = job
        state = Mutex(State(leaseEnd: leaseEnd))
    }

    /// Whether to stop at the next checkpoint; cheap enough for every step.
    package var shouldStop: Bool { stopReason != nil }

    /// Why, or nil to go on.
    package var stopReason: StopReason? { state.withLock { $0.stopReason } }

    /// How long the lease lasts at least without another heartbeat; zero or less if it may be another's. To be looked at
    /// before anything that can't be fenced.
    package func leaseRemaining(at now: ContinuousClock.Instant = .now) -> Duration {
        state.withLock { now.duration(to: $0.leaseEnd) }
    }

    func extendLease(until end: ContinuousClock.Instant) {
        state.withLock { $0.leaseEnd = max($0.leaseEnd, end) }
    }

    /// Asks the job to stop, without cancelling its task. A lost lease or a job given back outranks a drain.
    func requestStop(_ reason: StopReason) {
        state.withLock { state in
            switch state.stopReason {
            case nil, .draining: state.stopReason = reason
            case .leaseLost, .givenBack: break
            }
        }
    }

    /// Asks the job to stop and cancels its task.
    func cancel(_ reason: StopReason) {
        requestStop(reason)
        cancellation.fire(reason)
    }

    /// Whether the run is still ours to finish.
    var isOurs: Bool {
        switch stopReason {
        case nil, .draining: true
        case .leaseLost, .givenBack: false
        }
    }
}
