import ArgumentParser
import JobQueue
import Logging
import Scheduler
import ServiceLifecycle
import Telemetry
import UnixSignals
import Worker

// The roles: each is a service that runs until SIGTERM or SIGINT and then drains.

struct SchedulerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scheduler", abstract: "Puts a job into the queue for each account that is due.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let assembly = try Assembly(await options.settings())
        try await Roles.run(try await Roles.scheduler(assembly), assembly)
    }
}

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Takes jobs from the queue and syncs mailboxes; run as many as you like.")

    @OptionGroup var options: SettingsOptions

    @Option(help: ArgumentHelp("Jobs at once (POSTRIDER_WORKER_CONCURRENCY).", valueName: "n"))
    var concurrency: String?

    func run() async throws {
        let assembly = try Assembly(await options.settings([.workerConcurrency: concurrency]))
        try await Roles.run([try await assembly.worker()], assembly)
    }
}

struct AllCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all", abstract: "Every role in one process.")

    @OptionGroup var options: SettingsOptions

    @Option(help: ArgumentHelp("Jobs at once (POSTRIDER_WORKER_CONCURRENCY).", valueName: "n"))
    var concurrency: String?

    func run() async throws {
        let assembly = try Assembly(await options.settings([.workerConcurrency: concurrency]))
        try await Roles.run(try await Roles.scheduler(assembly) + [try await assembly.worker()], assembly)
    }
}

/// Runs services until a signal, draining within a bound.
enum Roles {
    static func scheduler(_ assembly: Assembly) async throws -> [any Service] {
        let store = try await assembly.store(role: .scheduler)
        let queue = try assembly.queue()
        let log = assembly.logging.logger("scheduler")
        return [
            DispatchService(store: store, queue: queue, log: log), ReapingService(Reaper(queue: queue)),
            PartitionService(store: store, log: log),
        ]
    }

    static func run(_ services: [any Service], _ assembly: Assembly) async throws {
        let log = assembly.logging.logger("postrider")
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        configuration.maximumGracefulShutdownDuration = .seconds(30)
        log.info("started", metadata: ["roles": "\(services.map { "\(type(of: $0))" }.joined(separator: ", "))"])
        try await ServiceGroup(configuration: configuration).run()
        log.info("stopped")
    }
}
