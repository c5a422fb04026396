import JobQueue
import MailStore
import Redis
import Scheduler

extension Rig {
    /// A process's lead, taken at once where it is free.
    func leader(_ name: String = "a", hold: Duration = .seconds(600)) async throws -> Leadership {
        let leadership = Leadership(store: store, name: name, hold: hold, log: Self.log)
        try await leadership.tryOnce()
        return leadership
    }

    /// Runs `body` with two shards, the second of which is at a server of its own that can be frozen.
    static func withTwoServers(
        epoch: Int64? = 1, _ body: (Rig, JobQueues, PrivateRedisServer) async throws -> Void
    ) async throws {
        try await PrivateRedisServer.with { server in
            var configuration = server.configuration
            configuration.commandTimeout = .milliseconds(300)
            try await SharedRedis.withClient(configuration) { client in
                try await Rig.with(epoch: epoch) { rig in
                    let here = rig.queues.shards[0]
                    var settings = here.settings
                    settings.shard += "-away"
                    let there = JobQueue(client: client, settings: settings)
                    try await body(rig, JobQueues([here, there]), server)
                }
            }
        }
    }

    /// The duties of one scheduler, none of which runs by itself, with a queue that is settled.
    func scheduler(_ name: String = "a") async throws -> Duties {
        let duties = Duties(rig: self, leadership: try await leader(name))
        try await duties.keeper.lookOnce()
        return duties
    }

    /// Two schedulers, the first of which was frozen until its hold had ended: both believe that they lead.
    func twoLeaders() async throws -> (Duties, Duties) {
        let first = try await scheduler("a")
        try await execute("UPDATE scheduler_leader SET held_until = now()")
        let second = try await scheduler("b")
        return (first, second)
    }
}

/// What one scheduler does.
struct Duties {
    let leadership: Leadership
    let keeper: QueueKeeper
    let dispatching: DispatchService
    let relaying: OutboxService
    let orphans: OrphanService

    init(rig: Rig, leadership: Leadership) {
        self.leadership = leadership
        let (store, queues) = (rig.store, rig.queues)
        keeper = QueueKeeper(store: store, queues: queues, leadership: leadership, log: Rig.log)
        dispatching = DispatchService(
            store: store, queues: queues, keeper: keeper, leadership: leadership, log: Rig.log)
        relaying = OutboxService(store: store, queues: queues, keeper: keeper, leadership: leadership, log: Rig.log)
        orphans = OrphanService(
            store: store, queues: queues, keeper: keeper, leadership: leadership, ageSeconds: 0, log: Rig.log)
    }
}
