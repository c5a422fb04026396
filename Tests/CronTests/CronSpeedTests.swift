import Testing

@testable import Cron

@Suite("Speed of schedules")
struct CronSpeedTests {
    private static let expressions = [
        "* * * * *", "*/5 * * * *", "0 6 * * *", "30 2 * * SUN", "0 0 1 JAN *", "*/15 */2 29 FEB *", "0 0 29 2 *",
        "0 0 31 * MON", "@every 5m",
    ]
    private static let zones = ["UTC", "America/New_York", "Africa/Casablanca", "Pacific/Apia"]

    /// The bound leaves a shared machine a hundredfold; a search by minutes would take a thousand times as long.
    @Test("the tick after and the tick before are found without a walk over the minutes between")
    func bounded() throws {
        for expression in Self.expressions {
            for zone in Self.zones {
                let schedule = try CronSchedule(expression: expression, zone: zone)
                let calls = 2_000
                var found = 0
                let spent = ContinuousClock().measure {
                    for call in 0..<calls {
                        let moment = 1_700_000_000 + Int64(call) * 100_003
                        if schedule.next(after: moment) != nil { found += 1 }
                        if schedule.previous(through: moment) != nil { found += 1 }
                    }
                }
                #expect(found == 2 * calls)
                #expect(spent < .microseconds(200) * (2 * calls), "\(expression) in \(zone): \(spent)")
            }
        }
    }
}
