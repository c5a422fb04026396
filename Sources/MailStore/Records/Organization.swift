package import Entitlements
package import MailModel

/// An organization: the tenant whose plan decides what its accounts may do.
package struct Organization: Sendable, Hashable {
    package let id: OrganizationID
    package let name: String
    package let plan: Plan
    package let seats: Int
    package let trialEndsAt: EpochSeconds?
    package let createdAt: EpochSeconds

    package init(
        id: OrganizationID, name: String, plan: Plan, seats: Int, trialEndsAt: EpochSeconds?, createdAt: EpochSeconds
    ) {
        self.id = id
        self.name = name
        self.plan = plan
        self.seats = seats
        self.trialEndsAt = trialEndsAt
        self.createdAt = createdAt
    }
}
