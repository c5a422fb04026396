import AccountJobs
package import JobQueue
package import Logging
package import MailStore
import ServiceLifecycle

/// Asks again for accounts that were dispatched a while ago and have not been heard of: whichever of them the queue has
/// lost, for whatever reason, comes back; for the others the wish is taken up by the job that is there.
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
    ///   - ageSeconds: how long an account must have been dispatched to be looked after.
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

    /// One round; returns how many accounts had no job any more.
    package func runOnce() async throws -> Int {
        guard leadership.leads, case .settled(let epoch) = keeper.standing else { return 0 }
        var found = 0
        var cursor: DispatchPage.Cursor?
        repeat {
            let page = try await store.orphanedDispatches(
                olderThanSeconds: ageSeconds, epoch: epoch, after: cursor, limit: Self.page)
            // Only those that have no job: asking for a running one would make it run once more.
            let missing = try await queues.missing(page.due.map { AccountJob.sync($0) })
            if !missing.isEmpty { try await queues.enqueue(missing) }
            found += missing.count
            cursor = page.next
        } while cursor != nil
        if found > 0 { log.warning("accounts had lost their jobs", metadata: ["accounts": "\(found)"]) }
        return found
    }
}
