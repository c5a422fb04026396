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
    package func claimNext(max: Int) async throws(JobQueueError) -> ClaimResult {
        let reply = try await run(
            QueueScripts.claim, name: "claim",
            [
                .integer(Int64(min(max, settings.batch))), .integer(settings.lease.milliseconds),
                .integer(Int64(settings.maintenanceBatch)),
            ],
            mustFinish: true)
        guard let parts = reply.array, parts.count == 2, let rows = parts[0].array, let due = parts[1].integer else {
            throw .unexpectedReply(script: "claim")
        }
        let jobs = rows.compactMap(ClaimedJob.init(reply:))
        guard jobs.count == rows.count else { throw .unexpectedReply(script: "claim") }
        return ClaimResult(jobs: jobs, nextDue: due < 0 ? nil : .milliseconds(due))
    }
}

extension ClaimedJob {
    /// Reads a row of `claim.lua`.
    fileprivate init?(reply: RedisValue) {
        guard let row = reply.array, row.count == 9, let resource = row[0].string,
            let token = row[1].string.flatMap(JobToken.init(text:)), let id = row[2].integer, let kind = row[3].string,
            let organization = row[4].string, let gates = row[5].string,
            let priority = row[6].integer.flatMap({ JobPriority(rawValue: Int($0)) }),
            let attempt = row[7].integer, let since = row[8].integer
        else { return nil }
        self.init(
            id: id, kind: kind, resource: resource, organization: organization,
            gates: gates.split(separator: "\n").map(String.init), priority: priority, token: token,
            attempt: Int(attempt), enqueuedAt: since)
    }
}
