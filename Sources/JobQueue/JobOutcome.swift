/// How a run ended.
package enum JobOutcome: Sendable, Hashable, Codable {
    /// Nothing is left to do, unless somebody asked meanwhile.
    case done
    /// It failed. Again after this time, or after the queue's backoff for its attempt; the attempt counts.
    case retry(after: Duration? = nil, because: JobFailure? = nil)
    /// It did its part and wants to run again at this time, in milliseconds since 1970; attempts count from the start.
    case again(notBefore: Int64)
    /// It stopped for reasons of the worker's: again at once, in its old place, without an attempt spent.
    case release
    /// The provider wants a wait, until a time in milliseconds since 1970: the gate is closed until then for all who need
    /// it. No failure, and no attempt spent.
    case throttled(gate: String, until: Int64)
    /// Somebody wanted it to stop, and it did: it is gone, unless somebody asked for it meanwhile.
    case cancelled
    /// It can't succeed: to the dead letters.
    case dead(JobFailure)
    /// It took its process with it, alone in it.
    case crashed(JobFailure)
}
