package import Cron
package import MailModel
package import MailStore

// What a stored schedule means to cron's rules. Its next tick stands with its jitter: from it everything else follows.
extension Schedule {
    /// - Throws: `CronError` where the system has lost the zone since the schedule was made.
    package func cron() throws(CronError) -> CronSchedule { try settings.cron() }

    /// Seconds by which its ticks come later than planned.
    package var jitter: Int64 { settings.jitter(of: id) }

    package var tickRules: TickRules {
        let isAccount: Bool
        if case .account = settings.target { isAccount = true } else { isAccount = false }
        return TickRules(
            overlap: OverlapPolicy(rawValue: settings.overlap.rawValue) ?? .skip,
            catchUp: CatchUpPolicy(rawValue: settings.catchUp.rawValue) ?? .latest,
            catchUpBound: settings.catchUpLimit, targetsAccount: isAccount, jitter: jitter)
    }

    /// The last planned moment that is decided: all before the next tick are.
    package var handledThrough: Int64 { (nextTickAt?.rawValue ?? CronSchedule.latest) - jitter - 1 }

    /// When it ticks next if it goes on at a moment.
    package func nextTick(after moment: EpochSeconds) throws(CronError) -> EpochSeconds? {
        try settings.nextTick(of: id, after: moment)
    }
}

extension ScheduleSettings {
    /// - Throws: `CronError`, which names the field and the position, or suggests a zone.
    package func cron() throws(CronError) -> CronSchedule { try CronSchedule(expression: expression, zone: zone) }

    /// Seconds by which the ticks of a schedule come later than planned.
    package func jitter(of id: ScheduleID) -> Int64 {
        Jitter.offset(schedule: "\(id)", bound: Int64(jitterSeconds))
    }

    /// When a schedule with these settings ticks first after a moment.
    package func nextTick(of id: ScheduleID, after moment: EpochSeconds) throws(CronError) -> EpochSeconds? {
        let jitter = jitter(of: id)
        return try cron().next(after: moment.rawValue - jitter).map { EpochSeconds($0 + jitter) }
    }
}
