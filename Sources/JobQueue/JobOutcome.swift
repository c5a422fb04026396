/// How a run ended.
package enum JobOutcome: Sendable, Hashable {
    /// Nothing is left to do, unless somebody asked meanwhile.
    case done
    /// It failed. Again after this time, or after the queue's backoff for its attempt; the attempt counts.
    case retry(after: Duration? = nil)
    /// It did its part and wants to run again at this time, in milliseconds since 1970; attempts count from the start.
    case again(notBefore: Int64)
    /// It stopped for reasons of the worker's: again at once, in its old place, without an attempt spent.
    case release
}
