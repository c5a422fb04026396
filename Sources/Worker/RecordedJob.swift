import AccountJobs
package import JobQueue
package import MailStore

/// What the history of jobs says that a run was of.
package struct RecordedJob: Sendable {
    let queue: String
    let kind: String
    let resource: String
    let attempt: Int

    package init(_ job: ClaimedJob) {
        queue = job.queue
        kind = job.kind
        resource = job.resource
        attempt = job.attempt
    }

    /// A visit that a listener made by itself, without a job.
    package static func atHome(_ key: AccountKey) -> RecordedJob {
        RecordedJob(
            queue: QueueNames.sync, kind: AccountJob.syncKind, resource: AccountJob.syncResource(key.accountID),
            attempt: 1)
    }

    private init(queue: String, kind: String, resource: String, attempt: Int) {
        self.queue = queue
        self.kind = kind
        self.resource = resource
        self.attempt = attempt
    }
}
