internal import Redis

extension JobQueue {
    /// All that is known of a resource's job, or nil if it has none.
    package func job(resource: String) async throws(JobQueueError) -> JobDetail? {
        try await inspect([.string("one"), .string(resource)]).jobs.first
    }

    /// A page of the jobs that pass a filter. It looks at some hundred records a call and may be empty before the last.
    /// - Parameter cursor: ``JobPage/next`` of the page before; nil at first.
    package func jobs(_ filter: JobFilter = JobFilter(), cursor: String? = nil) async throws(JobQueueError) -> JobPage {
        try await inspect([
            .string("scan"), .string(cursor ?? "0"), .integer(Int64(settings.maintenanceBatch)),
            .string(filter.queue ?? ""), .string(filter.kind ?? ""), .string(filter.organization ?? ""),
            .string(filter.state?.rawValue ?? ""), .string(filter.text ?? ""),
        ])
    }

    /// A page of the jobs that run, whose cost is theirs alone, however many wait.
    /// - Parameter cursor: as for ``jobs(_:cursor:)``.
    package func runningJobs(cursor: String? = nil) async throws(JobQueueError) -> JobPage {
        try await inspect([
            .string("running"), .string(cursor ?? "0"), .integer(Int64(settings.maintenanceBatch)),
        ])
    }

    private func inspect(_ arguments: [RedisArgument]) async throws(JobQueueError) -> JobPage {
        let reply = try await run(QueueScripts.inspect, name: "inspect", arguments)
        guard let parts = reply.array, parts.count == 2, let next = parts[0].string, let rows = parts[1].array else {
            throw .unexpectedReply(script: "inspect")
        }
        let jobs = rows.compactMap(JobDetail.init(reply:))
        guard jobs.count == rows.count else { throw .unexpectedReply(script: "inspect") }
        return JobPage(jobs: jobs, next: next == "0" ? nil : next)
    }
}
