import ArgumentParser

// The roles: each is a service that runs until SIGTERM or SIGINT and then drains.

struct SchedulerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scheduler", abstract: "Puts a job into the queue for each account that is due.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let assembly = try Assembly(await options.settings())
        try await Roles.run(assembly, [Roles.scheduler])
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
        try await Roles.run(assembly, [Roles.worker])
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
        try await Roles.run(assembly, [Roles.scheduler, Roles.worker])
    }
}
