internal import Redis

extension JobQueue {
    /// Takes jobs that are ready, with a lease on each.
    ///
    /// A cancelled task waits for the reply all the same: otherwise jobs could be claimed without anybody knowing.
    /// - Parameter max: how many at most; the batch size of the settings bounds it too.
    package func claim(max: Int) async throws(JobQueueError) -> [ClaimedJob] {
        try await claimNext(max: max).jobs
    }

    /// The same, and when to look again. With a `max` of zero it only passes a wake-up on, if there is work.
    /// - Parameters:
    ///   - queues: to take from, the first before the second; all of the shard's by default.
    ///   - worker: whose jobs they are from now on, for operators.
    package func claimNext(
        max: Int, from queues: [String]? = nil, worker: String = ""
    ) async throws(JobQueueError) -> ClaimResult {
        for queue in queues ?? [] { try known(queue) }
        let reply = try await run(
            QueueScripts.claim, name: "claim",
            claimArguments(max: max, worker: worker) + (queues ?? settings.queues).map { .string($0) },
            mustFinish: true)
        return try claimResult(reply.array ?? [], script: "claim")
    }

    /// Takes one named job wherever it waits, past its gates and its queue's pause.
    /// - Returns: nil if it doesn't wait.
    package func take(resource: String, worker: String = "") async throws(JobQueueError) -> ClaimedJob? {
        let reply = try await run(
            QueueScripts.take, name: "take",
            [.string(resource), .integer(settings.lease.milliseconds), .string(worker)], mustFinish: true)
        guard let row = reply.array else { throw .unexpectedReply(script: "take") }
        if row.isEmpty { return nil }
        guard let job = ClaimedJob(reply: reply) else { throw .unexpectedReply(script: "take") }
        return job
    }

    /// What the scripts that claim want first.
    func claimArguments(max: Int, worker: String) -> [RedisArgument] {
        [
            .integer(Int64(min(max, settings.batch))), .integer(settings.lease.milliseconds),
            .integer(Int64(settings.maintenanceBatch)), .string(worker),
        ]
    }

    /// Reads the three parts of what `claiming.lua` answers.
    func claimResult(_ parts: [RedisValue], script: String) throws(JobQueueError) -> ClaimResult {
        guard parts.count == 3, let rows = parts[0].array, let due = parts[1].integer, let more = parts[2].integer
        else {
            throw .unexpectedReply(script: script)
        }
        let jobs = rows.compactMap(ClaimedJob.init(reply:))
        guard jobs.count == rows.count else { throw .unexpectedReply(script: script) }
        return ClaimResult(jobs: jobs, nextDue: due < 0 ? nil : .milliseconds(due), mayBeMore: more != 0)
    }
}

extension ClaimedJob {
    /// Reads a row of `claiming.lua`.
    init?(reply: RedisValue) {
        guard let row = reply.array, row.count == 12, let resource = row[0].string,
            let token = row[1].string.flatMap(JobToken.init(text:)), let id = row[2].integer, let kind = row[3].string,
            let queue = row[4].string, let organization = row[5].string, let gates = row[6].string,
            let priority = row[7].integer.flatMap({ JobPriority(rawValue: Int($0)) }),
            let attempt = row[8].integer, let since = row[9].integer, let crashes = row[10].integer,
            let suspect = row[11].integer
        else { return nil }
        self.init(
            id: id, kind: kind, queue: queue, resource: resource, organization: organization,
            gates: gates.isEmpty ? [] : gates.split(separator: "\n").map(String.init), priority: priority, token: token,
            attempt: Int(attempt), enqueuedAt: since, crashes: Int(crashes), isSuspect: suspect != 0)
    }
}
