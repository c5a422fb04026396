internal import Redis

/// What a heartbeat was told.
struct ExtendAnswer: Sendable, Hashable {
    /// What is to become of one job.
    enum Verdict: Int64, Sendable, Hashable {
        case lost = 0
        case held = 1
        /// Held, and somebody wants it to stop.
        case cancelled = 2
        /// Held, and its queue is draining.
        case draining = 3
    }

    /// The order for the worker, or nil.
    let order: WorkerOrder?
    /// One a job, in order.
    let verdicts: [Verdict]

    /// - Parameters:
    ///   - reply: of `extend.lua`.
    ///   - count: of the jobs that were sent.
    init?(reply: RedisValue, count: Int) {
        guard let parts = reply.array, parts.count == count + 1, let text = parts[0].string else { return nil }
        order = WorkerOrder(text: text)
        verdicts = parts[1...].compactMap { $0.integer.flatMap(Verdict.init(rawValue:)) }
        if verdicts.count != count { return nil }
    }
}
