import MailModel
import JobQueue
import Listener
import Logging
import MailStore
import MetricNames
import Metrics
import Scheduler
import ServiceLifecycle
import StatusHTTP
import Telemetry
import UnixSignals
import Worker

/// Makes roles, and runs them until a signal, draining within a bound.
enum Roles {
    typealias Maker = @Sendable (Assembly) async throws -> Role

    static let scheduler: Maker = { assembly in
        let store = try await assembly.store(role: .scheduler)
        let queues = try assembly.queues()
        let log = assembly.logging.logger("scheduler")
        for shard in queues.shards { await RedisAdvice.warn(of: shard, log: log) }
        let leadership = Leadership(store: store, name: ProcessIdentity.name, log: log)
        let keeper = QueueKeeper(store: store, queues: queues, leadership: leadership, log: log)
        let dispatching = DispatchService(
            store: store, queues: queues, keeper: keeper, leadership: leadership, log: log)
        let ticking = TickService(store: store, leadership: leadership, now: { store.now.rawValue }, log: log)
        let reapers = queues.shards.map { Reaper(queue: $0) }
        let accounts = AccountReadings(store: store)
        let patience = try readyWithin(assembly)
        return Role(
            services: [
                leadership, keeper, dispatching, ticking,
                OutboxService(store: store, queues: queues, keeper: keeper, leadership: leadership, log: log),
                OrphanService(store: store, queues: queues, keeper: keeper, leadership: leadership, log: log),
                GateShareService(store: store, queues: queues, keeper: keeper, leadership: leadership, log: log),
                PartitionService(store: store, log: log),
            ] + reapers.map { ReapingService($0) },
            checks: [
                ReadinessCheck("scheduler") { Readiness(last: dispatching.lastSuccess, within: patience) },
                ReadinessCheck("reaper") {
                    let marks = reapers.map(\.lastSuccess)
                    return Readiness(last: marks.contains(nil) ? nil : marks.compactMap(\.self).min(), within: patience)
                },
            ],
            collectors: [
                "scheduler": {
                    let lag = try await store.dispatchLagSeconds()
                    let outbox = try await store.outboxLag()
                    let dead = try await store.deadLetterTotal()
                    return [
                        MetricReading(PostriderMetrics.schedulerLag, is: lag),
                        MetricReading(PostriderMetrics.outboxLag, is: outbox),
                        MetricReading(PostriderMetrics.queueDepth, "dead", is: Double(dead)),
                        MetricReading(PostriderMetrics.schedulerLeader, is: leadership.leads ? 1 : 0),
                        MetricReading(PostriderMetrics.missedTicks, is: Double(ticking.missedTicks)),
                        MetricReading(PostriderMetrics.redisRebuilds, is: Double(keeper.rebuilds)),
                    ]
                },
                "queue": { try await QueueReadings.collect(queues) },
                "accounts": { try await accounts.collect() },
            ])
    }

    static let worker: Maker = { assembly in
        let queues = try assembly.queues()
        for shard in queues.shards { await RedisAdvice.warn(of: shard, log: assembly.logging.logger("worker")) }
        let worker = try await assembly.worker(queues)
        let patience = try readyWithin(assembly)
        return Role(
            services: [worker, QuietSignal { worker.beQuiet() }],
            checks: [ReadinessCheck("worker") { Readiness(last: worker.lastSuccess, within: patience) }],
            collectors: [
                "worker": {
                    [
                        MetricReading(PostriderMetrics.workerBusyRatio, is: worker.busyRatio),
                        MetricReading(PostriderMetrics.drainTimeouts, is: Double(worker.drainTimeouts)),
                    ]
                }
            ])
    }

    static let listener: Maker = { assembly in
        let store = try await assembly.store(role: .worker, withSecrets: true)
        let log = assembly.logging.logger("listener")
        let listener = ListenerService(
            store: store, engine: try assembly.engine(store),
            ledger: JobLedger(store: store, worker: ProcessIdentity.name, log: log), name: ProcessIdentity.name,
            host: ProcessIdentity.worker.host, log: log)
        let patience = try readyWithin(assembly)
        return Role(
            services: [listener],
            checks: [ReadinessCheck("listener") { Readiness(last: listener.lastSuccess, within: patience) }],
            collectors: [
                "listener": {
                    [
                        MetricReading(PostriderMetrics.listenerHomes, "taken", is: Double(listener.homes)),
                        MetricReading(PostriderMetrics.listenerHomes, "connected", is: Double(listener.connected)),
                    ]
                }
            ])
    }

    /// How long ago the last success of a part that is ready may be. Idle parts succeed every 5 s, busy ones and the
    /// reaper several times a lease.
    private static func readyWithin(_ assembly: Assembly) throws -> Duration {
        .seconds(max(15, try assembly.settings.number(.leaseSeconds, in: 1...3_600)))
    }

    static func run(_ assembly: Assembly, _ makers: [Maker]) async throws {
        let log = assembly.logging.logger("postrider")
        let address = try assembly.settings.statusAddress()
        let registry = MetricRegistry()
        // Before any part is made: each takes its handles once. Without an address nobody would read them.
        if address != nil { MetricsSystem.bootstrap(registry) }
        var roles: [Role] = []
        for make in makers { roles.append(try await make(assembly)) }
        let work = roles.flatMap(\.services)
        var services = work
        if let address {
            let drain = DrainMark()
            let process = ProcessReadings(version: Version.current)
            registry.registerCollector("process") { try process.collect() }
            for (name, collect) in roles.flatMap(\.collectors) { registry.registerCollector(name, collect) }
            let listener = StatusListener(
                address: address, registry: registry,
                checks: [ReadinessCheck("draining") { drain.readiness }] + roles.flatMap(\.checks),
                log: assembly.logging.logger("status"))
            services = [listener] + work + [drain]
        }
        // A worker that an operator tells to stop ends by itself: the process follows it.
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        configuration.maximumGracefulShutdownDuration = .seconds(30)
        log.info("started", metadata: ["roles": "\(work.map { "\(type(of: $0))" }.joined(separator: ", "))"])
        try await ServiceGroup(configuration: configuration).run()
        log.info("stopped")
    }
}
