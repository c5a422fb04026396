import AccountJobs
package import JobQueue
package import Logging
import MailModel
package import MailStore
import ServiceLifecycle

/// Asks again for accounts that were dispatched a while ago and ticks that were fired a while ago and have not been heard
/// of: whichever of them the queue has lost, for whatever reason, comes back; the others are left to their jobs.
package final class OrphanService: Service {
    private let store: Store
    private let queues: JobQueues
    private let keeper: QueueKeeper
    private let leadership: Leadership
    private let interval: Duration
    private let ageSeconds: Double
    private let log: Logger
    private static let page = 1_000

    /// - Parameters:
    ///   - interval: between two rounds.
    ///   - ageSeconds: how long ago an account must have been dispatched, or a tick decided, to be looked after.
    package init(
        store: Store, queues: JobQueues, keeper: QueueKeeper, leadership: Leadership, interval: Duration = .seconds(60),
        ageSeconds: Double = 120, log: Logger
    ) {
        self.store = store
        self.queues = queues
        self.keeper = keeper
        self.leadership = leadership
        self.interval = interval
        self.ageSeconds = ageSeconds
        self.log = log
    }

    package func run() async throws {
        let pace = Pace(interval: interval, duty: "looking for orphans", log: log)
        await pace.repeat {
            _ = try await self.runOnce()
            return false
        }
    }

    /// One round; returns how many accounts and ticks had no job any more.
    package func runOnce() async throws -> Int {
        guard leadership.leads, case .settled(let epoch, let away) = keeper.standing else { return 0 }
        return try await accounts(epoch: epoch, away) + ticks(away)
    }

    private func accounts(epoch: Int64, _ away: Set<Int>) async throws -> Int {
        var found = 0
        var cursor: DispatchPage.Cursor?
        repeat {
            let page = try await store.orphanedDispatches(
                olderThanSeconds: ageSeconds, epoch: epoch, after: cursor, limit: Self.page)
            found += try await askAgain(page.due.map { AccountJob.sync($0) }, away)
            cursor = page.next
        } while cursor != nil
        if found > 0 { log.warning("accounts had lost their jobs", metadata: ["accounts": "\(found)"]) }
        return found
    }

    /// A tick without a job would keep its schedule's next ones from firing for ever.
    private func ticks(_ away: Set<Int>) async throws -> Int {
        var found = 0
        var last: TickKey?
        repeat {
            let ticks = try await store.unfinishedTicks(after: last, limit: Self.page)
            let lateness = EpochSeconds(store.now.rawValue - Int64(ageSeconds))
            found += try await askAgain(
                ticks.compactMap { tick in
                    // A queued one is woken when the one before it is finished.
                    guard tick.decision == .fired, tick.decidedAt <= lateness else { return nil }
                    return tick.wakeUp.map { JobRequest($0) }
                }, away)
            last = ticks.count == Self.page ? ticks.last?.key : nil
        } while last != nil
        if found > 0 { log.warning("ticks had lost their jobs", metadata: ["ticks": "\(found)"]) }
        return found
    }

    /// Only for those that have no job: asking for a running one would make it run once more.
    private func askAgain(_ requests: [JobRequest], _ away: Set<Int>) async throws -> Int {
        let missing = try await queues.missing(
            requests.filter { !away.contains(queues.index(of: $0.organization)) })
        if !missing.isEmpty { try await queues.enqueue(missing) }
        return missing.count
    }
}
