/// What an operator says of a schedule.
package struct ScheduleSettings: Sendable, Hashable {
    /// 1 to 200 characters; no two schedules have one name.
    package var name: String
    /// Five fields of cron, or `@every 5m`; judged before it is stored.
    package var expression: String
    /// An IANA time zone.
    package var zone: String
    package var target: Schedule.Target
    package var overlap: Schedule.Overlap
    package var catchUp: Schedule.CatchUp
    /// How many missed ticks `all` makes up for: 1 to 1,000.
    package var catchUpLimit: Int
    /// Each tick's job starts up to so much later: 0 to 86,400.
    package var jitterSeconds: Int

    package init(
        name: String, expression: String, zone: String = "UTC", target: Schedule.Target,
        overlap: Schedule.Overlap = .skip, catchUp: Schedule.CatchUp = .latest, catchUpLimit: Int = 10,
        jitterSeconds: Int = 0
    ) {
        self.name = name
        self.expression = expression
        self.zone = zone
        self.target = target
        self.overlap = overlap
        self.catchUp = catchUp
        self.catchUpLimit = catchUpLimit
        self.jitterSeconds = jitterSeconds
    }
}
