import AccountJobs
package import JobQueue
package import Logging
package import MailStore
import ServiceLifecycle

/// Shares the limits that hold for all shards together, such as a provider's, out among them by what each needs. With one
/// shard, and for limits of an organization or an account, which one shard has alone, there is nothing to do.
package final class GateShareService: Service {
    private let store: Store
    private let queues: JobQueues
    private let keeper: QueueKeeper
    private let leadership: Leadership
    private let interval: Duration
    private let log: Logger

    package init(
        store: Store, queues: JobQueues, keeper: QueueKeeper, leadership: Leadership,
        interval: Duration = .seconds(2), log: Logger
    ) {
        self.store = store
        self.queues = queues
        self.keeper = keeper
        self.leadership = leadership
        self.interval = interval
        self.log = log
    }

    package func run() async throws {
        await Pace(interval: interval, duty: "sharing limits out", log: log).repeat {
            if self.leadership.leads { _ = try await self.runOnce() }
            return false
        }
    }

    /// One round; returns how many shares were changed.
    package func runOnce() async throws -> Int {
        // While a shard is away, what it may still be using is nobody else's.
        guard queues.shards.count > 1, case .settled(_, let away) = keeper.standing, away.isEmpty else { return 0 }
        let settings = try await store.gateSettings().filter { $0.slots != nil && $0.isShared }
        if settings.isEmpty { return 0 }
        var known: [[String: GateStatus]] = []
        for shard in queues.shards {
            known.append(
                Dictionary(try await shard.gates().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }))
        }
        var changed = 0
        for setting in settings {
            let shards = known.map { gates in
                let status = gates[setting.gate]
                return GateShares.Shard(
                    share: status?.limit.slots ?? 0, used: status?.slotsUsed ?? 0, waiting: status?.parked ?? 0)
            }
            let shares = GateShares.next(limit: setting.slots ?? 0, shards)
            // Those that give first: the limit holds at every moment.
            let order = shares.indices.sorted { shares[$0] - shards[$0].share < shares[$1] - shards[$1].share }
            for at in order where shares[at] != shards[at].share {
                var limit = setting.limit(in: queues.shards.count)
                limit.slots = shares[at]
                try await queues.shards[at].setGate(setting.gate, limit)
                changed += 1
            }
        }
        return changed
    }
}
