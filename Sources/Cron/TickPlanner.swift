/// Decides what becomes of a schedule's ticks.
///
/// ```
///             handledThrough                     now − jitter − grace        now − jitter
/// ticks ──────────┼──────────────────────────────────────┼────────────────────────┼──────▶
///     decided     │ missed: dropped, or by catch-up made │ on time                │ not due
///                 │ to join those on time                │                        │
///                                                        └── overlap: fire, queue or skip
/// ```
package enum TickPlanner {
    /// How far missed ticks are counted.
    package static let countedMisses = 10_000

    /// - Parameters:
    ///   - handledThrough: of the last plan; for a new or resumed schedule the moment of that.
    ///   - now: seconds since 1970 in UTC. One before `handledThrough` decides nothing.
    ///   - unfinished: as it is before this plan. A run that the plan starts counts for the ticks after it.
    /// - Returns: a plan of at most `rules.catchUpBound + rules.grace + 2` decisions.
    package static func plan(
        _ schedule: CronSchedule, rules: TickRules, handledThrough: Int64, now: Int64, unfinished: UnfinishedRuns
    ) -> TickPlan {
        let handled = min(max(handledThrough, CronSchedule.earliest), CronSchedule.latest)
        let due = min(max(now, CronSchedule.earliest), CronSchedule.latest) - rules.jitter
        guard let newest = schedule.previous(through: due), newest > handled else {
            return TickPlan(decisions: [], handledThrough: handled, nextDue: nextDue(schedule, rules, after: handled))
        }
        // The newest first, as far as they are wanted.
        let onTime = back(from: newest, in: schedule) { tick, _ in tick > handled && tick >= due - rules.grace }
        let newestMissed = onTime.last.map { schedule.previous(through: $0 - 1) } ?? newest
        let wanted: Int =
            switch rules.catchUp {
            case .none: 0
            case .latest: onTime.isEmpty ? 1 : 0
            case .all: rules.catchUpBound
            }
        let madeUp = back(from: newestMissed, in: schedule) { tick, count in tick > handled && count < wanted }
        let newestDropped = madeUp.last.map { schedule.previous(through: $0 - 1) } ?? newestMissed

        var decisions: [TickDecision] = []
        if let last = newestDropped, last > handled, let missed = missed(schedule, after: handled, last, rules.catchUp)
        {
            decisions.append(.missed(missed))
        }
        var runs = unfinished
        for tick in madeUp.reversed() { decisions.append(decide(tick, true, rules.effectiveOverlap, &runs)) }
        for tick in onTime.reversed() { decisions.append(decide(tick, false, rules.effectiveOverlap, &runs)) }
        return TickPlan(
            decisions: decisions, handledThrough: newest, nextDue: nextDue(schedule, rules, after: newest))
    }

    private static func nextDue(_ schedule: CronSchedule, _ rules: TickRules, after tick: Int64) -> Int64? {
        schedule.next(after: tick).map { $0 + rules.jitter }
    }

    /// Ticks from one backwards, as long as they are wanted.
    private static func back(
        from newest: Int64?, in schedule: CronSchedule, while isWanted: (_ tick: Int64, _ count: Int) -> Bool
    ) -> [Int64] {
        var ticks: [Int64] = []
        var candidate = newest
        while let tick = candidate, isWanted(tick, ticks.count) {
            ticks.append(tick)
            candidate = schedule.previous(through: tick - 1)
        }
        return ticks
    }

    private static func missed(
        _ schedule: CronSchedule, after handled: Int64, _ last: Int64, _ policy: CatchUpPolicy
    ) -> MissedTicks? {
        guard let first = schedule.next(after: handled) else { return nil }
        var count = 1
        var tick = first
        while tick < last, count < countedMisses, let next = schedule.next(after: tick) {
            tick = next
            count += 1
        }
        let reason: MissedTicks.Reason =
            switch policy {
            case .none: .catchUpIsOff
            case .latest: .laterTickDoes
            case .all: .beyondBound
            }
        return MissedTicks(first: first, last: last, count: count, isCounted: tick >= last, reason: reason)
    }

    private static func decide(
        _ tick: Int64, _ isCatchUp: Bool, _ policy: OverlapPolicy, _ runs: inout UnfinishedRuns
    ) -> TickDecision {
        switch (policy, runs) {
        case (.allow, .none), (.skip, .none), (.queueOne, .none):
            runs = .running
            return .fire(at: tick, isCatchUp: isCatchUp)
        case (.allow, .running), (.allow, .runningAndQueued):
            return .fire(at: tick, isCatchUp: isCatchUp)
        case (.skip, .running), (.skip, .runningAndQueued):
            return .skip(at: tick, .previousUnfinished)
        case (.queueOne, .running):
            runs = .runningAndQueued
            return .queue(at: tick, isCatchUp: isCatchUp)
        case (.queueOne, .runningAndQueued):
            return .skip(at: tick, .oneIsQueued)
        }
    }
}
