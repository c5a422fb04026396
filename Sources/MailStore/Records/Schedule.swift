package import Entitlements
package import MailModel

package enum ScheduleSubject {}
package typealias ScheduleID = Identifier<ScheduleSubject>

/// A cron schedule, as product.md §8 has it. The store knows no cron: when a schedule ticks next is told to it.
package struct Schedule: Sendable, Hashable {
    /// What a tick wakes.
    package enum Target: Sendable, Hashable {
        case account(AccountKey)
        /// All accounts that match what is given; `nil` matches any.
        case selection(organization: OrganizationID?, plan: Plan?, provider: String?)
        /// A maintenance task by its name.
        case task(String)
    }

    /// What a tick does while the one before it isn't finished.
    package enum Overlap: String, Sendable, Hashable, CaseIterable {
        case skip
        case queueOne = "queue-one"
        case allow
    }

    /// Which of the ticks are made up for that no scheduler was there to fire.
    package enum CatchUp: String, Sendable, Hashable, CaseIterable { case none, latest, all }

    package let id: ScheduleID
    package let settings: ScheduleSettings
    package let pausedAt: EpochSeconds?
    /// `nil` for an expression that has no tick any more.
    package let nextTickAt: EpochSeconds?
    package let lastTickAt: EpochSeconds?
    package let createdAt: EpochSeconds
    package let updatedAt: EpochSeconds
}
