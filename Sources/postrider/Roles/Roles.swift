import JobQueue
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
        let queue = try assembly.queue()
        let log = assembly.logging.logger("scheduler")
        let dispatching = DispatchService(store: store, queue: queue, log: log)
        let reaper = Reaper(queue: queue)
        let patience = try readyWithin(assembly)
        return Role(
            services: [dispatching, ReapingService(reaper), PartitionService(store: store, log: log)],
            checks: [
                ReadinessCheck("scheduler") { Readiness(last: dispatching.lastSuccess, within: patience) },
                ReadinessCheck("reaper") { Readiness(last: reaper.lastSuccess, within: patience) },
            ],
            collectors: [
                "scheduler": {
                    [MetricReading(PostriderMetrics.schedulerLag, is: try await store.dispatchLagSeconds())]
                }
            ])
    }

    static let worker: Maker = { assembly in
        let worker = try await assembly.worker()
        let patience = try readyWithin(assembly)
        return Role(
            services: [worker],
            checks: [ReadinessCheck("worker") { Readiness(last: worker.lastSuccess, within: patience) }])
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
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        configuration.maximumGracefulShutdownDuration = .seconds(30)
        log.info("started", metadata: ["roles": "\(work.map { "\(type(of: $0))" }.joined(separator: ", "))"])
        try await ServiceGroup(configuration: configuration).run()
        log.info("stopped")
    }
}
