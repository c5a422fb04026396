/// Why a job is asked to stop before its end.
package enum StopReason: Sendable, Hashable {
    /// The worker shuts down, or its queue is drained. Stop at the next checkpoint and answer ``JobOutcome/release``, or
    /// what is true.
    case draining
    /// Somebody wants it to stop for good.
    case cancelled
    /// It reported no progress for longer than its kind may take.
    case stalled
    /// The lease is another's, or ran out without a heartbeat that got through, or was left to run out because the job had
    /// stalled and went on all the same: whatever is still written is in vain, and the outcome is not asked for any more.
    case leaseLost
    /// The worker gave the job back because it had not stopped in time.
    case givenBack
}
