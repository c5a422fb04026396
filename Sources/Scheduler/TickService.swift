// Fires the ticks of schedules. Cron's rules decide (TickPlanner), PostgreSQL's compare-and-set makes each tick one
// scheduler's, and its job goes through the outbox, written in the same statement.
import AccountJobs
import Cron
import Failure
package import Logging
import MailModel
package import MailStore
import ServiceLifecycle
import Synchronization

/// The scheduler's duty to its schedules.
package final class TickService: Service {
    private struct State {
        var missed: Int64 = 0
        /// What was complained of, so that it is said once.
        var unreadable: Set<ScheduleID> = []
    }

    private let store: Store
    private let leadership: Leadership
    private let interval: Duration
    private let now: @Sendable () -> Int64
    private let log: Logger
    private let state = Mutex(State())
    private static let batch = 200

    /// - Parameter now: seconds since 1970.
    package init(
        store: Store, leadership: Leadership, interval: Duration = .milliseconds(500),
        now: @escaping @Sendable () -> Int64, log: Logger
    ) {
        self.store = store
        self.leadership = leadership
        self.interval = interval
        self.now = now
        self.log = log
    }

    /// Ticks that nobody looked at in time and that were not made up for, counted by this process.
    package var missedTicks: Int64 { state.withLock { $0.missed } }

    package func run() async throws {
        let pace = Pace(interval: interval, duty: "firing ticks", log: log)
        await pace.repeat { self.leadership.leads ? try await self.runOnce() == Self.batch : false }
    }

    /// Decides about every schedule that is due; returns about how many it could.
    package func runOnce() async throws -> Int {
        let moment = now()
        let due = try await store.dueSchedules(at: EpochSeconds(moment), limit: Self.batch)
        var decided = 0
        for schedule in due {
            do {
                try await decide(schedule, at: moment)
                decided += 1
            } catch let error as CronError {
                // Judged when it was made; a zone may have gone from the system's table since. It stays due, in case the
                // zone comes back.
                guard state.withLock({ $0.unreadable.insert(schedule.id).inserted }) else { continue }
                log.error("a schedule can't be read", metadata: ["schedule": "\(schedule.id)", "reason": "\(error)"])
            }
        }
        return decided
    }

    private func decide(_ schedule: Schedule, at moment: Int64) async throws {
        guard let expected = schedule.nextTickAt else { return }
        let unfinished = try await store.unfinishedTicks(of: schedule.id)
        let plan = try TickPlanner.plan(
            schedule.cron(), rules: schedule.tickRules, handledThrough: schedule.handledThrough, now: moment,
            unfinished: unfinished.isEmpty
                ? .none : unfinished.contains { $0.decision == .queued } ? .runningAndQueued : .running)
        var decisions: [MailStore.TickDecision] = []
        var missed = 0
        for decision in plan.decisions {
            switch decision {
            case .fire(let moment, _):
                let tick = EpochSeconds(moment)
                decisions.append(.init(tickAt: tick, verdict: .fire(TickJob.wakeUp(schedule, tickAt: tick))))
            case .queue(let moment, _):
                let tick = EpochSeconds(moment)
                decisions.append(.init(tickAt: tick, verdict: .queue(TickJob.wakeUp(schedule, tickAt: tick))))
            case .skip(let moment, _): decisions.append(.init(tickAt: EpochSeconds(moment), verdict: .skip))
            case .missed(let ticks):
                // One row for all of them, at the last one's time.
                decisions.append(.init(tickAt: EpochSeconds(ticks.last), verdict: .miss))
                missed += ticks.count
            }
        }
        let isOurs = try await store.recordTicks(
            of: schedule.id, expecting: expected, decisions, nextTickAt: plan.nextDue.map { EpochSeconds($0) })
        if isOurs {
            state.withLock { $0.missed += Int64(missed) }
            log.debug("ticks", metadata: ["schedule": "\(schedule.id)", "decisions": "\(decisions.count)"])
        }
    }
}
