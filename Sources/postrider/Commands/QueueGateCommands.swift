import ArgumentParser
import JobQueue
import Operations

// Gates are limits that jobs must pass: `host:imap.example.org`, `organization:*`, `account:ID`.

struct QueueGatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gates", abstract: "Lists the gates that have limits or are closed.")
    @OptionGroup var options: SettingsOptions
    @Flag(help: "Print JSON Lines.") var json = false

    func run() async throws {
        var table = Table("GATE", "USED", "SLOTS", "PER SECOND", "BURST", "PARKED", "CONNECTIONS", "CLOSED UNTIL (UTC)")
        for gate in try await Assembly(await options.settings()).queueOperations().gates() {
            if json {
                try JSONLine.print(GateView(gate))
            } else {
                table.row(
                    gate.name, "\(gate.slotsUsed)", gate.limit.slots.map(String.init) ?? "-",
                    gate.limit.rate.map(Amount.rate) ?? "-", gate.limit.rate == nil ? "-" : "\(gate.limit.burst)",
                    "\(gate.parked)", Self.connections(gate),
                    gate.closedUntil.map(Moment.short(milliseconds:)) ?? "open")
            }
        }
        if !json { table.print() }
    }

    /// Those that are open, and how many may be.
    private static func connections(_ gate: GateSummary) -> String {
        let most = gate.connections.map(String.init) ?? "-"
        return gate.connectionsOpen.map { "\($0) of \(most)" } ?? most
    }
}

struct QueueLimitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limit", abstract: "Limits what a gate lets through, or with --none lifts the limit.",
        discussion: "A limit replaces the one before. `class:*` is for all of a class that have no limit of their own.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The gate: class:name or class:*, such as host:imap.example.org.") var gate: String
    @Option(help: ArgumentHelp("Jobs at once.", valueName: "n")) var slots: Int?
    @Option(help: ArgumentHelp("Jobs a second in the long run.", valueName: "n")) var rate: Double?
    @Option(help: ArgumentHelp("Jobs that may start at once after a rest; with --rate.", valueName: "n")) var burst:
        Int?
    @Option(
        help: ArgumentHelp("Connections open at once, over all processes; of a host or an account.", valueName: "n"))
    var connections: Int?
    @Flag(help: "No limit.") var none = false

    func validate() throws {
        guard none != (slots != nil || rate != nil || connections != nil) else {
            throw ValidationError("give some of --slots, --rate and --connections; or --none alone")
        }
        guard burst == nil || rate != nil else { throw ValidationError("--burst goes with --rate") }
    }

    func run() async throws {
        let limit = slots == nil && rate == nil ? nil : GateLimit(slots: slots, rate: rate, burst: burst ?? 1)
        try await Assembly(await options.settings()).queueOperations()
            .setGate(gate, limit, connections: connections)
        print(none ? "\(gate) has no limit" : "\(gate) is limited")
    }
}

struct QueueCloseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Closes a gate for a time; its jobs wait behind it.",
        discussion: "`queue open` opens it before that.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The gate: class:name.") var gate: String
    @Option(name: .customLong("for"), help: ArgumentHelp("How long, such as 90s, 10m, 2h or 1d.", valueName: "time"))
    var time: Span

    func run() async throws {
        try await Assembly(await options.settings()).queueOperations().closeGate(gate, for: time.duration)
        print("\(gate) is closed for \(Amount.span(time.duration))")
    }
}

struct QueueOpenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "open", abstract: "Opens a gate that was closed.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The gate: class:name.") var gate: String

    func run() async throws {
        try await Assembly(await options.settings()).queueOperations().closeGate(gate, for: .zero)
        print("\(gate) is open")
    }
}
