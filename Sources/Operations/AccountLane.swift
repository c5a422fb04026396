import AccountJobs
import MailStore

/// The lane of an account that a job's resource names.
struct AccountLane: Hashable {
    let account: AccountKey
    let lane: LaneLease.Lane

    /// - Returns: nil for a resource that is no account's.
    init?(resource: String, organization: String) {
        guard let account = AccountJob.account(resource: resource, organization: organization),
            let lane = LaneLease.Lane(rawValue: String(resource.prefix { $0 != ":" }))
        else { return nil }
        self.account = account
        self.lane = lane
    }
}
