package import MailModel
package import MailStore

/// A schedule with what its recent ticks came to.
package struct ScheduleSummary: Sendable, Hashable {
    package let schedule: Schedule
    /// When it ticks next, its jitter included; empty while it is paused.
    package let next: [EpochSeconds]
    /// The newest tick that was decided on.
    package let lastTick: ScheduleTick?
    /// Of the newest ticks, ``ScheduleOperations/ticksLookedAt`` at most: how many were decided which way.
    package let decisions: [ScheduleTick.Decision: Int]
    /// Of the same, how many ran and failed.
    package let failures: Int
}
