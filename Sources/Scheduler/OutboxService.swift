import AccountJobs
package import JobQueue
package import Logging
package import MailStore
import ServiceLifecycle
import Synchronization

/// Hands the outbox's wake-ups to the queue: what was written together with an action or a tick becomes a job.
package final class OutboxService: Service {
    private let store: Store
    private let queues: JobQueues
    private let keeper: QueueKeeper
    private let leadership: Leadership
    private let interval: Duration
    private let log: Logger
    private static let batch = 500

    package init(
        store: Store, queues: JobQueues, keeper: QueueKeeper, leadership: Leadership,
        interval: Duration = .milliseconds(100), log: Logger
    ) {
        self.store = store
        self.queues = queues
        self.keeper = keeper
        self.leadership = leadership
        self.interval = interval
        self.log = log
    }

    package func run() async throws {
        let pace = Pace(interval: interval, duty: "relaying the outbox", log: log)
        await pace.repeat {
            _ = try await self.runOnce()
            return false
        }
    }

    /// Relays what is there, but for what belongs to a shard that is away; returns how many wake-ups it was.
    package func runOnce() async throws -> Int {
        guard leadership.leads, case .settled(_, let away) = keeper.standing else { return 0 }
        var relayed = 0
        var cursor: Int64?
        repeat {
            cursor = try await store.relayOutbox(
                limit: Self.batch, after: cursor,
                where: { !away.contains(queues.index(of: JobRequest($0).organization)) },
                { rows in
                    try await queues.enqueue(rows.map { JobRequest($0.wakeUp) })
                    relayed += rows.count
                })
        } while cursor != nil && leadership.leads
        return relayed
    }
}
