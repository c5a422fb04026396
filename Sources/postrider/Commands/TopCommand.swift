import ArgumentParser
import MailStore
import Operations
import UnixSignals

struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Shows queues, workers and what they run, live; Ctrl-C ends it.",
        discussion: "In a pipe, or with --once or --json, it prints what is now and ends.")
    @OptionGroup var options: SettingsOptions
    @Flag(help: "Print what is now, and end.") var once = false
    @Flag(help: "Print one JSON object.") var json = false
    @Option(help: ArgumentHelp("Between two looks, 1 to 60.", valueName: "seconds")) var interval = 1

    func validate() throws {
        guard (1...60).contains(interval) else { throw ValidationError("--interval is 1 to 60") }
    }

    /// Looks after which the accounts are counted again: it reads all of them.
    private static let looksPerCount = 15
    /// Running jobs that are read a look.
    private static let runningLimit = 500

    func run() async throws {
        let operations = try await Assembly(await options.settings()).queueOperations()
        guard !once, !json, Terminal.outputIsInteractive else { return try await printOnce(operations) }
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        AlternateScreen.enter()
        defer { AlternateScreen.leave() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in signals { return } }
            group.addTask { await Self.show(operations, every: .seconds(interval)) }
            await group.next()
            group.cancelAll()
        }
    }

    private func printOnce(_ operations: QueueOperations) async throws {
        let overview = await operations.overview()
        let running = await Self.running(operations)
        if json {
            try JSONLine.print(OverviewView(overview, running: running))
        } else {
            TopScreen.lines(overview, running: running, width: .max, height: .max).forEach { print($0) }
        }
        // Where Redis or PostgreSQL doesn't answer, what was shown isn't the whole.
        if overview.database == nil || overview.servers.contains(where: { $0.server == nil }) { throw ExitCode(1) }
    }

    private static func show(_ operations: QueueOperations, every interval: Duration) async {
        var meter = RateMeter()
        var accounts: [AccountStateCount]?
        var look = 0
        while !Task.isCancelled {
            var overview = await operations.overview(withAccounts: look.isMultiple(of: looksPerCount))
            accounts = overview.accounts ?? accounts
            overview.accounts = accounts
            meter.measure(&overview.queues)
            let running = await running(operations)
            let size = Terminal.size
            if !Task.isCancelled {
                AlternateScreen.draw(
                    TopScreen.lines(overview, running: running, width: size.columns, height: size.lines))
            }
            look += 1
            // The pace of a display; cancellation ends it at once.
            guard (try? await Task.sleep(for: interval)) != nil else { return }
        }
    }

    /// None where they can't be read: the overview says why.
    private static func running(_ operations: QueueOperations) async -> [RunningJob] {
        do {
            return try await operations.running(limit: runningLimit)
        } catch {
            return []
        }
    }
}
