internal import Redis

/// All that the queue knows of a job.
package struct JobDetail: Sendable, Hashable {
    package let resource: String
    package let id: Int64
    package let kind: String
    package let queue: String
    package let organization: String
    package let gates: [String]
    package let priority: JobPriority
    /// When it became due or will be, milliseconds since 1970.
    package let dueAt: Int64
    package let attempt: Int
    package let state: JobState
    /// The gate that keeps it back.
    package let parkedAt: String?
    /// When it was claimed last, milliseconds since 1970.
    package let claimedAt: Int64?
    package let crashes: Int
    package let isSuspect: Bool
    package let lastError: JobFailure?
    /// Who runs it, or ran it last.
    package let worker: String?
    package let token: JobToken?
    /// Milliseconds since 1970.
    package let leaseEndsAt: Int64?
    package let progress: JobProgress?
    package let isCancelRequested: Bool

    /// Reads a row of `inspect.lua`.
    init?(reply: RedisValue) {
        guard let row = reply.array, row.count == 21 else { return nil }
        let texts = row.map { $0.string ?? "" }
        guard let id = row[1].integer, let priority = row[6].integer.flatMap({ JobPriority(rawValue: Int($0)) }),
            let due = row[7].integer, let attempt = row[8].integer, let state = JobState(rawValue: texts[9]),
            let claimed = row[11].integer, let crashes = row[12].integer, let suspect = row[13].integer,
            let lease = row[18].integer, let cancel = row[20].integer
        else { return nil }
        resource = texts[0]
        self.id = id
        kind = texts[2]
        queue = texts[3]
        organization = texts[4]
        gates = texts[5].split(separator: "\n").map(String.init)
        self.priority = priority
        dueAt = due
        self.attempt = Int(attempt)
        self.state = state
        parkedAt = state == .parked ? texts[10].split(separator: "\0").first.map(String.init) : nil
        claimedAt = claimed == 0 ? nil : claimed
        self.crashes = Int(crashes)
        isSuspect = suspect != 0
        lastError = texts[14].isEmpty ? nil : JobFailure(code: texts[14], text: texts[15])
        worker = texts[16].isEmpty ? nil : texts[16]
        token = JobToken(text: texts[17])
        leaseEndsAt = lease == 0 ? nil : lease
        progress = JobProgress(text: texts[19])
        isCancelRequested = cancel != 0
    }
}
