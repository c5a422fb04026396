internal import Redis

extension JobQueue {
    /// Extends the leases of running jobs, and enters those again that a loss of Redis's data made it forget, once a
    /// new epoch is established.
    /// - Returns: the jobs that are lost: their token is not the resource's any more.
    package func extend(_ jobs: [ClaimedJob]) async throws(JobQueueError) -> [ClaimedJob] {
        var lost: [ClaimedJob] = []
        for start in stride(from: 0, to: jobs.count, by: settings.batch) {
            let batch = Array(jobs[start..<min(start + settings.batch, jobs.count)])
            let reply = try await run(
                QueueScripts.extend, name: "extend", extendArguments(batch.map { ($0, nil) }), mustFinish: false)
            guard let answer = ExtendAnswer(reply: reply, count: batch.count) else {
                throw .unexpectedReply(script: "extend")
            }
            lost += zip(batch, answer.verdicts).filter { $0.1 == .lost }.map(\.0)
        }
        return lost
    }

    /// What `extend.lua` wants behind the common arguments.
    /// - Parameters:
    ///   - jobs: with what they have to report, if it is new.
    ///   - worker: its name and what it says of itself.
    func extendArguments(
        _ jobs: [(job: ClaimedJob, progress: JobProgress?)], worker: (name: String, status: String) = ("", "")
    ) -> [RedisArgument] {
        var arguments: [RedisArgument] = [
            .integer(settings.lease.milliseconds), .string(worker.name), .string(worker.status),
        ]
        for (job, progress) in jobs {
            arguments += [
                .string(job.resource), .string(job.token.description), .string(job.kind), .string(job.queue),
                .string(job.organization), .string(job.gates.joined(separator: "\n")),
                .integer(Int64(job.priority.rawValue)), .integer(Int64(job.attempt)), .integer(job.enqueuedAt),
                .integer(Int64(job.crashes)), .string(progress?.text ?? ""),
            ]
        }
        return arguments
    }
}
