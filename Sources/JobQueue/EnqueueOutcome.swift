/// What became of a ``JobRequest``.
package enum EnqueueOutcome: Int64, Sendable, Hashable {
    /// The resource had no job; now one waits.
    case created = 1
    /// One waited already; it now has the earlier time and the higher priority of both.
    case merged = 2
    /// One is running; exactly one more run follows.
    case markedDirty = 3
    /// The resource has a job of another kind; nothing was changed.
    case kindConflict = 4
}
