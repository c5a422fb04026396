import ArgumentParser
import Operations

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Queues: what waits, what runs, and what holds it back.",
        subcommands: [
            List.self, Show.self, Pause.self, Resume.self, Drain.self, QueueJobsCommand.self, QueueRetryCommand.self,
            QueueCancelCommand.self, QueuePurgeCommand.self, QueueGatesCommand.self, QueueLimitCommand.self,
            QueueCloseCommand.self, QueueOpenCommand.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the queues.")
        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON Lines.") var json = false

        func run() async throws {
            let queues = try await Assembly(await options.settings()).queueOperations().queues()
            if json { return try queues.forEach { try JSONLine.print(QueueView($0)) } }
            Table.queues(queues).print()
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a queue with its totals.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The queue's name.") var name: String
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            let queue = try await Assembly(await options.settings()).queueOperations().queue(name)
            if json { return try JSONLine.print(QueueView(queue)) }
            Table.queues([queue]).print()
            if queue.totals.isEmpty { return }
            print("")
            var totals = Table("SINCE THE QUEUE BEGAN", "JOBS")
            for (outcome, count) in queue.totals.sorted(by: { $0.key < $1.key }) { totals.row(outcome, "\(count)") }
            totals.print()
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stops claims from a queue.", discussion: "It goes on accepting jobs, and running ones go on.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The queue's name.") var name: String

        func run() async throws {
            let changed = try await Assembly(await options.settings()).queueOperations().pause(queue: name)
            print(changed ? "\(name) is paused" : "\(name) was paused already")
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets claims go on, after a pause or a drain.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The queue's name.") var name: String

        func run() async throws {
            let changed = try await Assembly(await options.settings()).queueOperations().resume(queue: name)
            print(changed ? "\(name) goes on" : "\(name) wasn't paused")
        }
    }

    struct Drain: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pauses a queue, asks its running jobs to go back, and waits until nothing of it runs.",
            discussion:
                "Jobs stop at their next checkpoint, with no attempt spent. The queue stays paused: `queue resume` ends it."
        )
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The queue's name.") var name: String
        @Option(help: ArgumentHelp("How long to wait, such as 90s or 10m; without it, for ever.", valueName: "time"))
        var timeout: Span?

        func run() async throws {
            let operations = try await Assembly(await options.settings()).queueOperations()
            defer { Terminal.endProgress() }
            try await operations.drain(queue: name, timeout: timeout?.duration) { active in
                Terminal.progress("\(active) jobs of \(name) still run …")
            }
            print("\(name) is drained, and paused")
        }
    }
}
