import TestSupport
import Testing

@testable import Cron

@Suite("What becomes of ticks")
struct TickPlannerTests {
    /// Due at the full hours 3,600, 7,200 and so on.
    private let hourly: CronSchedule

    init() throws { hourly = try CronSchedule(expression: "@hourly", zone: "UTC") }

    private func plan(
        _ overlap: OverlapPolicy = .skip, _ catchUp: CatchUpPolicy = .none, bound: Int = 100, account: Bool = false,
        jitter: Int64 = 0, grace: Int64 = 60, handled: Int64, now: Int64, unfinished: UnfinishedRuns = .none
    ) -> TickPlan {
        TickPlanner.plan(
            hourly,
            rules: TickRules(
                overlap: overlap, catchUp: catchUp, catchUpBound: bound, targetsAccount: account, jitter: jitter,
                grace: grace),
            handledThrough: handled, now: now, unfinished: unfinished)
    }

    @Test("the policies are called what the API calls them")
    func names() {
        #expect(OverlapPolicy.allCases.map(\.rawValue) == ["skip", "queue-one", "allow"])
        #expect(CatchUpPolicy.allCases.map(\.rawValue) == ["none", "latest", "all"])
    }

    @Test("before its time nothing is due, at its time a tick fires, and once handled it doesn't again")
    func onTime() {
        let early = plan(handled: 3_600, now: 7_199)
        #expect(early == TickPlan(decisions: [], handledThrough: 3_600, nextDue: 7_200))
        let due = plan(handled: 3_600, now: 7_200)
        #expect(
            due
                == TickPlan(
                    decisions: [.fire(at: 7_200, isCatchUp: false)], handledThrough: 7_200, nextDue: 10_800))
        let again = plan(handled: due.handledThrough, now: 7_201)
        #expect(again == TickPlan(decisions: [], handledThrough: 7_200, nextDue: 10_800))
    }

    @Test("a clock that goes back decides nothing and forgets nothing")
    func clockBack() {
        #expect(
            plan(.allow, .all, handled: 7_200, now: 3_700)
                == TickPlan(decisions: [], handledThrough: 7_200, nextDue: 10_800))
        #expect(plan(.allow, .all, handled: 7_200, now: .min).handledThrough == 7_200)
    }

    @Test("a tick is on time to the end of its grace, and missed a second later")
    func grace() {
        #expect(plan(handled: 3_600, now: 7_260).decisions == [.fire(at: 7_200, isCatchUp: false)])
        let missed = MissedTicks(first: 7_200, last: 7_200, count: 1, isCounted: true, reason: .catchUpIsOff)
        #expect(
            plan(handled: 3_600, now: 7_261)
                == TickPlan(decisions: [.missed(missed)], handledThrough: 7_200, nextDue: 10_800))
    }

    @Test("without catching up, missed ticks are dropped and counted, and the one on time fires")
    func none() {
        let missed = MissedTicks(first: 7_200, last: 14_400, count: 3, isCounted: true, reason: .catchUpIsOff)
        #expect(
            plan(handled: 3_600, now: 18_000).decisions == [.missed(missed), .fire(at: 18_000, isCatchUp: false)])
    }

    @Test("the latest missed tick is made up for, unless one that is on time does the same")
    func latest() {
        let late = MissedTicks(first: 7_200, last: 10_800, count: 2, isCounted: true, reason: .laterTickDoes)
        #expect(
            plan(.skip, .latest, handled: 3_600, now: 15_000)
                == TickPlan(
                    decisions: [.missed(late), .fire(at: 14_400, isCatchUp: true)], handledThrough: 14_400,
                    nextDue: 18_000))
        let onTime = MissedTicks(first: 7_200, last: 14_400, count: 3, isCounted: true, reason: .laterTickDoes)
        #expect(
            plan(.skip, .latest, handled: 3_600, now: 18_001).decisions
                == [.missed(onTime), .fire(at: 18_000, isCatchUp: false)])
        #expect(
            plan(.skip, .latest, handled: 3_600, now: 10_000).decisions == [.fire(at: 7_200, isCatchUp: true)])
    }

    @Test("all missed ticks are made up for, the earliest first; of more than the bound the latest")
    func all() {
        #expect(
            plan(.allow, .all, handled: 3_600, now: 18_000).decisions == [
                .fire(at: 7_200, isCatchUp: true), .fire(at: 10_800, isCatchUp: true),
                .fire(at: 14_400, isCatchUp: true), .fire(at: 18_000, isCatchUp: false),
            ])
        let dropped = MissedTicks(first: 7_200, last: 10_800, count: 2, isCounted: true, reason: .beyondBound)
        #expect(
            plan(.allow, .all, bound: 1, handled: 3_600, now: 18_000).decisions == [
                .missed(dropped), .fire(at: 14_400, isCatchUp: true), .fire(at: 18_000, isCatchUp: false),
            ])
        #expect(
            plan(.allow, .all, bound: 0, handled: 3_600, now: 8_000).decisions == [
                .missed(MissedTicks(first: 7_200, last: 7_200, count: 1, isCounted: true, reason: .beyondBound))
            ])
    }

    @Test("after a long outage the counting ends, and what is made up for is bounded")
    func longOutage() throws {
        let minutely = try CronSchedule(expression: "* * * * *", zone: "UTC")
        let year: Int64 = 365 * 86_400
        let plan = TickPlanner.plan(
            minutely, rules: TickRules(overlap: .allow, catchUp: .all, catchUpBound: 3), handledThrough: 0,
            now: year + 30, unfinished: .none)
        let missed = MissedTicks(
            first: 60, last: year - 240, count: 10_000, isCounted: false, reason: .beyondBound)
        #expect(
            plan.decisions == [
                .missed(missed), .fire(at: year - 180, isCatchUp: true), .fire(at: year - 120, isCatchUp: true),
                .fire(at: year - 60, isCatchUp: true), .fire(at: year, isCatchUp: false),
            ])
        #expect(plan.nextDue == year + 60)
    }

    private static let overlaps: [(OverlapPolicy, Bool, UnfinishedRuns, TickDecision)] = [
        (.skip, false, .none, .fire(at: 7_200, isCatchUp: false)),
        (.skip, false, .running, .skip(at: 7_200, .previousUnfinished)),
        (.skip, false, .runningAndQueued, .skip(at: 7_200, .previousUnfinished)),
        (.queueOne, false, .none, .fire(at: 7_200, isCatchUp: false)),
        (.queueOne, false, .running, .queue(at: 7_200, isCatchUp: false)),
        (.queueOne, false, .runningAndQueued, .skip(at: 7_200, .oneIsQueued)),
        (.allow, false, .none, .fire(at: 7_200, isCatchUp: false)),
        (.allow, false, .running, .fire(at: 7_200, isCatchUp: false)),
        (.allow, false, .runningAndQueued, .fire(at: 7_200, isCatchUp: false)),
        // An account can't be worked on twice at once.
        (.allow, true, .none, .fire(at: 7_200, isCatchUp: false)),
        (.allow, true, .running, .queue(at: 7_200, isCatchUp: false)),
        (.allow, true, .runningAndQueued, .skip(at: 7_200, .oneIsQueued)),
        (.skip, true, .running, .skip(at: 7_200, .previousUnfinished)),
    ]

    @Test("an unfinished run is met by the policy; for an account allow acts as queue-one", arguments: overlaps)
    func overlap(policy: OverlapPolicy, account: Bool, unfinished: UnfinishedRuns, expected: TickDecision) {
        let plan = plan(policy, account: account, handled: 3_600, now: 7_200, unfinished: unfinished)
        #expect(plan.decisions == [expected])
        // What was skipped is handled too.
        #expect(plan.handledThrough == 7_200)
        #expect(plan.nextDue == 10_800)
    }

    @Test("a tick that the plan fires stands in the way of those after it")
    func within() {
        #expect(
            plan(.skip, .all, handled: 3_600, now: 14_400).decisions == [
                .fire(at: 7_200, isCatchUp: true), .skip(at: 10_800, .previousUnfinished),
                .skip(at: 14_400, .previousUnfinished),
            ])
        #expect(
            plan(.allow, .all, account: true, handled: 3_600, now: 14_400).decisions == [
                .fire(at: 7_200, isCatchUp: true), .queue(at: 10_800, isCatchUp: true),
                .skip(at: 14_400, .oneIsQueued),
            ])
    }

    @Test("jitter delays ticks and their grace, and leaves their planned times alone")
    func jitter() {
        let early = plan(jitter: 100, handled: 3_600, now: 7_299)
        #expect(early == TickPlan(decisions: [], handledThrough: 3_600, nextDue: 7_300))
        let due = plan(jitter: 100, handled: 3_600, now: 7_300)
        #expect(
            due
                == TickPlan(
                    decisions: [.fire(at: 7_200, isCatchUp: false)], handledThrough: 7_200, nextDue: 10_900))
        #expect(plan(jitter: 100, handled: 3_600, now: 7_360).decisions == due.decisions)
        #expect(plan(jitter: 100, handled: 3_600, now: 7_361).decisions != due.decisions)
    }

    @Test("a jitter longer than the interval shifts ticks and loses none")
    func longJitter() {
        #expect(plan(jitter: 5_000, handled: 3_600, now: 10_799 + 1_400).nextDue == 12_200)
        #expect(
            plan(jitter: 5_000, handled: 3_600, now: 12_200).decisions == [.fire(at: 7_200, isCatchUp: false)])
    }

    @Test("rules are cut to their bounds")
    func bounds() {
        let rules = TickRules(
            overlap: .skip, catchUp: .all, catchUpBound: 1_000_000, jitter: -5, grace: 1_000_000)
        #expect(rules.catchUpBound == 1_000)
        #expect(rules.jitter == 0)
        #expect(rules.grace == 600)
        #expect(TickRules(overlap: .skip, catchUp: .all, catchUpBound: -1, grace: -1).catchUpBound == 0)
        #expect(TickRules(overlap: .skip, catchUp: .all, jitter: .max).jitter == 86_400)
    }

    @Test("however often it is planned, each tick is decided once")
    func once() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            let expression = ["* * * * *", "*/7 * * * *", "@every 11s", "30 2 * * *"].randomElement(using: &random)
            let schedule = try CronSchedule(expression: try #require(expression), zone: "Europe/Berlin")
            let rules = TickRules(
                overlap: try #require(OverlapPolicy.allCases.randomElement(using: &random)),
                catchUp: try #require(CatchUpPolicy.allCases.randomElement(using: &random)),
                catchUpBound: Int.random(in: 0...5, using: &random), jitter: Int64.random(in: 0...90, using: &random),
                grace: Int64.random(in: 0...90, using: &random))
            // 2026-03-28T12:00:00Z: a day before the clocks change.
            let start: Int64 = 1_774_699_200
            var handled = start
            var now = start
            var decided = 0
            for _ in 0..<40 {
                now += Int64.random(in: 0...4_000, using: &random)
                let plan = TickPlanner.plan(
                    schedule, rules: rules, handledThrough: handled, now: now, unfinished: .none)
                decided += plan.decisions.map(\.ticks).reduce(0, +)
                handled = plan.handledThrough
                #expect((plan.nextDue ?? 0) > now)
            }
            let ticks = schedule.ticks(after: start, through: now - rules.jitter, limit: 20_000)
            #expect(decided == ticks.count, "\(schedule.expression), \(rules)")
        }
    }
}

extension TickDecision {
    /// How many ticks it decides.
    fileprivate var ticks: Int {
        switch self {
        case .fire, .queue, .skip: 1
        case .missed(let missed): missed.count
        }
    }
}
