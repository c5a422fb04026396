package import MailModel

/// A run of a job that failed or changed something; visits that found nothing leave none.
package struct JobRun: Sendable, Hashable {
    /// Given to what the run stores, before it ends; `nil` for one that nothing refers to.
    package var id: RunID?
    package var organizationID: OrganizationID?
    package var accountID: AccountID?
    package var queue: String
    package var kind: String
    package var resource: String
    package var outcome: String
    package var problem: AccountProblem?
    /// From 1.
    package var attempt: Int
    package var worker: String
    package var messages: Int
    package var bytes: Int
    /// Milliseconds since 1970-01-01 UTC.
    package var startedAt: Int64
    /// Milliseconds since 1970-01-01 UTC.
    package var finishedAt: Int64

    package init(
        organizationID: OrganizationID?, accountID: AccountID?, queue: String, kind: String, resource: String,
        outcome: String, problem: AccountProblem? = nil, attempt: Int, worker: String, messages: Int = 0,
        bytes: Int = 0, startedAt: Int64, finishedAt: Int64, id: RunID? = nil
    ) {
        self.id = id
        self.organizationID = organizationID
        self.accountID = accountID
        self.queue = queue
        self.kind = kind
        self.resource = resource
        self.outcome = outcome
        self.problem = problem
        self.attempt = attempt
        self.worker = worker
        self.messages = messages
        self.bytes = bytes
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}
