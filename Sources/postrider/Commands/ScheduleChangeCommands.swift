import ArgumentParser
import Entitlements
import MailModel
import MailStore
import Operations

extension Schedule.Overlap: ExpressibleByArgument {}
extension Schedule.CatchUp: ExpressibleByArgument {}

/// What a schedule is for.
struct ScheduleTargetOptions: ParsableArguments {
    @Option(help: "One account, by its id.") var account: AccountID?
    @Option(help: "A maintenance task, by its name.") var task: String?
    @Flag(help: "All accounts.") var everyAccount = false
    @Option(help: "All accounts of an organization.") var organization: OrganizationID?
    @Option(help: "All accounts of organizations on a plan.") var plan: Plan?
    @Option(help: "All accounts at a provider.") var provider: String?

    private var isSelection: Bool { everyAccount || organization != nil || plan != nil || provider != nil }

    func validate() throws {
        let kinds = [account != nil, task != nil, isSelection].count { $0 }
        guard kinds <= 1 else {
            throw ValidationError("--account, --task and a selection of accounts exclude each other")
        }
        guard !everyAccount || (organization == nil && plan == nil && provider == nil) else {
            throw ValidationError("--every-account goes with no --organization, --plan or --provider")
        }
    }

    /// `nil` where nothing is given.
    var target: ScheduleDraft.Target? {
        if let account { return .account(account) }
        if let task { return .task(task) }
        return isSelection ? .selection(organization: organization, plan: plan, provider: provider) : nil
    }
}

struct ScheduleAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Makes a schedule.",
        discussion: """
            The expression has five fields (minute, hour, day of the month, month, day of the week), or is such as @daily \
            or @every 5m. For one account the overlap policy allow acts as queue-one.
            """)
    @OptionGroup var options: SettingsOptions
    @Option(help: "Its name, which no other schedule has.") var name: String
    @Option(help: ArgumentHelp("When it ticks, such as '0 6 * * MON-FRI' or '@every 5m'.", valueName: "expression"))
    var cron: String
    @Option(help: "The IANA time zone that the expression is read in, such as Europe/Berlin.") var zone = "UTC"
    @OptionGroup var target: ScheduleTargetOptions
    @Option(help: "While the tick before isn't finished: skip, queue-one or allow.") var overlap: Schedule.Overlap =
        .skip
    @Option(help: "Ticks that nobody was there to fire are made up for: none, latest or all.")
    var catchUp: Schedule.CatchUp = .latest
    @Option(help: ArgumentHelp("How many of them with all: 1 to 1,000.", valueName: "n")) var catchUpLimit = 10
    @Option(help: ArgumentHelp("Its jobs start up to so much later.", valueName: "seconds")) var jitter = 0
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        guard target.target != nil else {
            throw ValidationError(
                "say what it is for: --account, --task, --every-account, --organization, --plan or --provider")
        }
    }

    func run() async throws {
        guard let target = target.target else { return }
        var draft = ScheduleDraft(name: name, expression: cron, target: target)
        draft.zone = zone
        draft.overlap = overlap
        draft.catchUp = catchUp
        draft.catchUpLimit = catchUpLimit
        draft.jitterSeconds = jitter
        try show(try await Assembly(await options.settings()).scheduleOperations().add(draft), json: json)
    }
}

struct ScheduleEditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Changes a schedule; what isn't given stays.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The schedule.") var schedule: String
    @Option(help: "Another name.") var name: String?
    @Option(help: ArgumentHelp("When it ticks.", valueName: "expression")) var cron: String?
    @Option(help: "The IANA time zone.") var zone: String?
    @OptionGroup var target: ScheduleTargetOptions
    @Option(help: "skip, queue-one or allow.") var overlap: Schedule.Overlap?
    @Option(help: "none, latest or all.") var catchUp: Schedule.CatchUp?
    @Option(help: ArgumentHelp("How many missed ticks all makes up for.", valueName: "n")) var catchUpLimit: Int?
    @Option(help: ArgumentHelp("Its jobs start up to so much later.", valueName: "seconds")) var jitter: Int?
    @Flag(help: "Print one JSON object.") var json = false

    private var change: ScheduleChange {
        var change = ScheduleChange()
        change.name = name
        change.expression = cron
        change.zone = zone
        change.target = target.target
        change.overlap = overlap
        change.catchUp = catchUp
        change.catchUpLimit = catchUpLimit
        change.jitterSeconds = jitter
        return change
    }

    func validate() throws {
        guard !change.isEmpty else { throw ValidationError("say what is to be another, such as --cron") }
    }

    func run() async throws {
        let operations = try await Assembly(await options.settings()).scheduleOperations()
        try show(try await operations.edit(schedule, change), json: json)
    }
}

private func show(_ schedule: Schedule, json: Bool) throws {
    if json { return try JSONLine.print(ScheduleView(schedule)) }
    print(schedule.id)
    let next = schedule.nextTickAt.map { "next at \(Moment.rfc3339($0))" } ?? "it never ticks again"
    Terminal.error("\(schedule.settings.name): \(schedule.pausedAt == nil ? next : "paused")")
}
