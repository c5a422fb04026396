package import MailModel

/// A tick: a schedule and a moment. Each is decided once.
package struct TickKey: Sendable, Hashable {
    package let schedule: ScheduleID
    package let tickAt: EpochSeconds

    package init(schedule: ScheduleID, tickAt: EpochSeconds) {
        self.schedule = schedule
        self.tickAt = tickAt
    }
}
