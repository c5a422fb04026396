package import MailModel

/// The scheduler that leads.
package struct SchedulerLeader: Sendable, Hashable {
    package let name: String
    package let since: EpochSeconds
    package let renewedAt: EpochSeconds
    /// Whether its hold still runs; another may lead where it doesn't.
    package let isHeld: Bool
}
