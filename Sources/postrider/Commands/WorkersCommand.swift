import ArgumentParser
import JobQueue
import Operations

struct WorkersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers", abstract: "Workers, and what they run now.",
        subcommands: [List.self, Quiet.self, Resume.self, Stop.self, Concurrency.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the workers and what they run.")
        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON Lines.") var json = false

        func run() async throws {
            let operations = try await Assembly(await options.settings()).queueOperations()
            let workers = try await operations.workers()
            let running = try await operations.running()
            if json {
                for worker in workers {
                    try JSONLine.print(WorkerView(worker, jobs: running.filter { $0.job.worker == worker.name }))
                }
                return
            }
            Table.workers(workers).print()
            if running.isEmpty { return }
            print("")
            Table.running(running).print()
        }
    }

    struct Quiet: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Has workers claim no more; what runs goes on.")
        @OptionGroup var options: SettingsOptions
        @OptionGroup var which: WorkerNames
        func run() async throws { try await order(.quiet, which, options, "is told to be quiet") }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Has quiet workers claim again.")
        @OptionGroup var options: SettingsOptions
        @OptionGroup var which: WorkerNames
        func run() async throws { try await order(.work, which, options, "is told to go on") }
    }

    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Has workers drain and end.")
        @OptionGroup var options: SettingsOptions
        @OptionGroup var which: WorkerNames
        @Flag(help: "Don't ask, with --all.") var yes = false

        func run() async throws {
            if which.all { try Terminal.confirm("Stop all workers?", isAgreed: yes) }
            try await order(.stop, which, options, "is told to stop")
        }
    }

    struct Concurrency: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Changes how many jobs a worker runs at once.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The worker's name.") var worker: String
        @Argument(help: "Jobs at once.") var count: Int

        func run() async throws {
            try await Assembly(await options.settings()).queueOperations().setConcurrency(count, worker: worker)
            print("\(worker) is told to run \(count) at once")
        }
    }

    /// Workers as commands name them.
    struct WorkerNames: ParsableArguments {
        @Argument(help: "The workers' names.") var names: [String] = []
        @Flag(help: "All of them.") var all = false

        func validate() throws {
            guard all == names.isEmpty else { throw ValidationError("name the workers, or give --all") }
        }
    }
}

/// Workers are told by their next heartbeat, some seconds from now.
private func order(
    _ conduct: WorkerOrder.Conduct, _ which: WorkersCommand.WorkerNames, _ options: SettingsOptions, _ words: String
) async throws {
    let operations = try await Assembly(await options.settings()).queueOperations()
    for worker in try await operations.order(conduct, workers: which.all ? nil : which.names) {
        print("\(worker) \(words)")
    }
}
