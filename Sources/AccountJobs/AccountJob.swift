package import JobQueue
import MailModel
package import MailStore

/// The jobs that are made for accounts: what the scheduler writes and the worker reads.
///
/// A job says only *look at this account now*; all it needs to know stands in PostgreSQL.
package enum AccountJob {
    /// The kind of a job that syncs an account on its `read` lane.
    package static let syncKind = "sync"

    package static func sync(_ key: AccountKey, priority: JobPriority = .periodic) -> JobRequest {
        JobRequest(
            kind: syncKind, resource: "read:\(key.accountID)", organization: "\(key.organizationID)", priority: priority
        )
    }

    /// The account that a job is for; `nil` where its names are not of the form that ``sync(_:priority:)`` makes.
    package static func account(of job: ClaimedJob) -> AccountKey? {
        let parts = job.resource.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let account = AccountID(parts[1]), let organization = OrganizationID(job.organization)
        else {
            return nil
        }
        return AccountKey(organizationID: organization, accountID: account)
    }
}
