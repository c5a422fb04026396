/// What the queue made of a finish.
package enum FinishResult: Int64, Sendable, Hashable {
    /// Refused and counted: the token is not the resource's any more. The run was another's to end.
    case stale = 0
    /// The job is gone.
    case ended = 1
    /// The job waits for its next run.
    case waiting = 2
}
