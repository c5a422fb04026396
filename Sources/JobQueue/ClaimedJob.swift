/// A run of a job that was given to this worker, for as long as its lease is extended.
package struct ClaimedJob: Sendable, Hashable {
    /// Number of the job in its shard, kept through all its attempts, unless Redis loses its data.
    package let id: Int64
    package let kind: String
    package let queue: String
    package let resource: String
    package let organization: String
    /// Limits that it was claimed under.
    package let gates: [String]
    package let priority: JobPriority
    /// Fences this run in Redis.
    package let token: JobToken
    /// 1 for the first run since the job was asked for, or since it last came to a good end.
    package let attempt: Int
    /// When it became due, in milliseconds since 1970-01-01 UTC by the clock of Redis: what its wait is counted from.
    package let enqueuedAt: Int64
    /// Runs in a row that ended their process, alone in it.
    package let crashes: Int
    /// Whether its last run ended with its worker, or lost its lease: it may be what did it, and runs apart.
    package let isSuspect: Bool
}
