internal import Synchronization

/// What a handler is told while it runs, and what it tells.
///
/// A drain sets ``shouldStop`` first and cancels the handler's task only at the end of the grace; a lost lease and a
/// cancelled job do both at once.
package final class JobContext: Sendable {
    private struct State {
        var stopReason: StopReason?
        var leaseEnd: ContinuousClock.Instant
        var isCancelled = false
        var cancelTask: (@Sendable () -> Void)?
        var stopObserver: (@Sendable () -> Void)?
        var progress: JobProgress?
        /// Whether the progress has not been told yet.
        var hasNews = false
        var progressedAt: ContinuousClock.Instant
        var hasEnded = false
    }

    package let job: ClaimedJob
    private let state: Mutex<State>

    /// - Parameters:
    ///   - leaseEnd: counted from before the claim was sent, so that Redis's lease ends later than ours.
    ///   - now: when it was claimed.
    init(job: ClaimedJob, leaseEnd: ContinuousClock.Instant, now: ContinuousClock.Instant = .now) {
        self.job = job
        state = Mutex(State(leaseEnd: leaseEnd, progressedAt: now))
    }

    /// Of a run whose lease another process holds, which also ends it: here it lasts as long as this process.
    package static func apart(_ job: ClaimedJob) -> JobContext {
        JobContext(job: job, leaseEnd: .now + .seconds(365 * 86_400))
    }

    /// Asks a run apart to stop at its next checkpoint.
    package func stopApart() { requestStop(.draining) }

    /// Whether to stop at the next checkpoint; cheap enough for every step.
    package var shouldStop: Bool { stopReason != nil }

    /// Why, or nil to go on.
    package var stopReason: StopReason? { state.withLock { $0.stopReason } }

    /// Has somebody told, once, when the job is asked to stop; at once if it was already. It must not block.
    package func onStop(_ observer: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.stopObserver = observer
            return state.stopReason != nil
        }
        if isLate { observer() }
    }

    /// How long the lease lasts at least without another heartbeat; zero or less if it may be another's. To be looked at
    /// before anything that can't be fenced.
    package func leaseRemaining(at now: ContinuousClock.Instant = .now) -> Duration {
        state.withLock { now.duration(to: $0.leaseEnd) }
    }

    /// Tells how far it is: shown to operators with the next heartbeat, and proof that it isn't stuck.
    package func report(_ progress: JobProgress, at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            state.hasNews = state.hasNews || state.progress != progress
            state.progress = progress
            state.progressedAt = now
        }
    }

    /// What it told last.
    package var progress: JobProgress? { state.withLock { $0.progress } }

    /// The progress, if it has not been told before.
    func takeNews() -> JobProgress? {
        state.withLock { state in
            defer { state.hasNews = false }
            return state.hasNews ? state.progress : nil
        }
    }

    /// The progress that was taken did not get through, as far as is known.
    func returnNews() { state.withLock { $0.hasNews = $0.progress != nil } }

    /// How long ago it last reported progress, or began.
    func sinceProgress(at now: ContinuousClock.Instant) -> Duration {
        state.withLock { $0.progressedAt.duration(to: now) }
    }

    func extendLease(until end: ContinuousClock.Instant) {
        state.withLock { $0.leaseEnd = max($0.leaseEnd, end) }
    }

    /// Asks the job to stop, without cancelling its task. A lost lease or a job given back outranks all else, and a wish
    /// that it end outranks a drain.
    func requestStop(_ reason: StopReason) {
        let observer = state.withLock { state in
            let observer = state.stopReason == nil ? state.stopObserver : nil
            switch (state.stopReason, reason) {
            case (nil, _), (.draining, _): state.stopReason = reason
            case (.cancelled, .leaseLost), (.stalled, .leaseLost), (.cancelled, .givenBack), (.stalled, .givenBack):
                state.stopReason = reason
            case (.cancelled, _), (.stalled, _), (.leaseLost, _), (.givenBack, _): break
            }
            return observer
        }
        observer?()
    }

    /// Asks the job to stop and cancels its task.
    func cancel(_ reason: StopReason) {
        requestStop(reason)
        let cancelTask = state.withLock { state in
            state.isCancelled = true
            return state.cancelTask
        }
        cancelTask?()
    }

    /// Says how its task is cancelled; at once if that was asked for already.
    func onCancel(_ cancelTask: @escaping @Sendable () -> Void) {
        let isLate = state.withLock { state in
            state.cancelTask = cancelTask
            return state.isCancelled
        }
        if isLate { cancelTask() }
    }

    /// Whether its handler has returned, and its outcome waits to be handed in.
    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    func markEnded() { state.withLock { $0.hasEnded = true } }

    /// Whether the run is still ours to finish.
    var isOurs: Bool {
        switch stopReason {
        case nil, .draining, .cancelled, .stalled: true
        case .leaseLost, .givenBack: false
        }
    }
}
