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
        await pace.repeat { try await self.runOnce() == Self.batch }
    }

    /// Relays one batch; returns how many wake-ups it was.
    package func runOnce() async throws -> Int {
        guard leadership.leads, case .settled = keeper.standing else { return 0 }
        return try await store.relayOutbox(limit: Self.batch) { rows in
            try await queues.enqueue(rows.map { JobRequest($0.wakeUp) })
        }
    }
}
