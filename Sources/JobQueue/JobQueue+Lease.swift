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
                QueueScripts.extend, name: "extend", extendArguments(batch), mustFinish: false)
            guard let answers = reply.array, answers.count == batch.count else {
                throw .unexpectedReply(script: "extend")
            }
            lost += zip(batch, answers).filter { $0.1.integer != 1 }.map(\.0)
        }
        return lost
    }

    /// What `extend.lua` wants behind the common arguments.
    func extendArguments(_ jobs: [ClaimedJob]) -> [RedisArgument] {
        var arguments: [RedisArgument] = [.integer(settings.lease.milliseconds)]
        for job in jobs {
            arguments += [
                .string(job.resource), .string(job.token.description), .string(job.kind), .string(job.organization),
                .string(job.gates.joined(separator: "\n")), .integer(Int64(job.priority.rawValue)),
                .integer(Int64(job.attempt)), .integer(job.enqueuedAt),
            ]
        }
        return arguments
    }
}
