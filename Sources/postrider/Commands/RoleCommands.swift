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
        commandName: "worker", abstract: "Takes jobs from the queue and syncs mailboxes; run as many as you like.",
        discussion: """
            SIGTERM drains: jobs stop at their next checkpoint and go back. SIGTSTP makes it quiet: it claims no more, \
            and what runs goes on. With --only it takes one named job, past every limit and pause, and ends with it.
            """)

    @OptionGroup var options: SettingsOptions

    @Option(help: ArgumentHelp("Jobs at once (POSTRIDER_WORKER_CONCURRENCY).", valueName: "n"))
    var concurrency: String?

    @Option(help: ArgumentHelp("The queues to take from (POSTRIDER_WORKER_QUEUES).", valueName: "name,…"))
    var queues: String?

    @Option(help: ArgumentHelp("Take this job alone, by its resource, and end with it.", valueName: "job"))
    var only: String?

    @Option(help: .hidden)
    var token: String?

    func run() async throws {
        let assembly = try Assembly(
            await options.settings([.workerConcurrency: concurrency, .workerQueues: queues]))
        switch (only, token) {
        case (let job?, let token?): try await SingleJob.runApart(job, token: token, assembly)
        case (let job?, nil): try await SingleJob.takeAndRun(job, assembly)
        case (nil, _): try await Roles.run(assembly, [Roles.worker])
        }
    }
}

struct ListenerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listener",
        abstract:
            "Keeps connections open for accounts with push, and syncs what the server tells at once; run as many as you like.",
        discussion:
            "The accounts are shared out among the listeners that live; when one ends, the others take its accounts.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let assembly = try Assembly(await options.settings())
        try await Roles.run(assembly, [Roles.listener])
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
        try await Roles.run(assembly, [Roles.scheduler, Roles.worker, Roles.listener])
    }
}
