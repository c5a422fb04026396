package import JobQueue
package import MailModel
package import MailStore

/// The jobs that are made for accounts: what the scheduler writes and the worker reads.
///
/// A job says only *look at this account now*; all it needs to know stands in PostgreSQL.
package enum AccountJob {
    /// The kind of a job that syncs an account on its `read` lane.
    package static let syncKind = "sync"
    /// The kind of a job that carries out an account's actions on its `write` lane.
    package static let actionKind = "action"

    package static func sync(_ account: DueAccount, priority: JobPriority = .periodic) -> JobRequest {
        request(syncKind, QueueNames.sync, "read", account.key, hostGate: account.hostGate, priority: priority)
    }

    package static func action(_ action: PendingAction) -> JobRequest {
        if action.isTracked {
            // Its account's visits carry it out: what it pulls is written by whoever has the `read` lane.
            var visit = request(
                syncKind, QueueNames.sync, "read", action.account, hostGate: action.hostGate, priority: .interactive)
            visit.notBefore = action.notBefore.map { $0.rawValue * 1_000 }
            return visit
        }
        var request = request(
            actionKind, QueueNames.actions, "write", action.account, hostGate: nil, priority: .interactive)
        request.notBefore = action.notBefore.map { $0.rawValue * 1_000 }
        return request
    }

    private static func request(
        _ kind: String, _ queue: String, _ lane: String, _ key: AccountKey, hostGate: String?, priority: JobPriority
    ) -> JobRequest {
        JobRequest(
            kind: kind, queue: queue, resource: "\(lane):\(key.accountID)", organization: "\(key.organizationID)",
            gates: gates(of: key) + (hostGate.map { [$0] } ?? []), priority: priority)
    }

    /// The limits that every job of an account passes, beside those of its provider's host.
    package static func gates(of key: AccountKey) -> [String] {
        [accountGate(key), "organization:\(key.organizationID)"]
    }

    /// The gate that is closed while a provider wants an account to wait.
    package static func accountGate(_ key: AccountKey) -> String { "account:\(key.accountID)" }

    /// The resource of an account's visits.
    package static func syncResource(_ account: AccountID) -> String { "read:\(account)" }

    /// The account that a job is for; `nil` where its names are not of the form that ``sync(_:priority:)`` makes.
    package static func account(of job: ClaimedJob) -> AccountKey? {
        account(resource: job.resource, organization: job.organization)
    }

    /// The same, of a job's names.
    package static func account(resource: String, organization: String) -> AccountKey? {
        let parts = resource.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, ["read", "write"].contains(parts[0]), let account = AccountID(parts[1]),
            let organization = OrganizationID(organization)
        else {
            return nil
        }
        return AccountKey(organizationID: organization, accountID: account)
    }
}
