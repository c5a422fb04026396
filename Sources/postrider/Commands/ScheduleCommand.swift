import ArgumentParser
import Foundation
import MailModel
import MailStore
import Operations

struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Cron schedules: what is done when.",
        discussion: "A schedule is named by its name or its id.",
        subcommands: [
            List.self, ScheduleAddCommand.self, ScheduleEditCommand.self, Remove.self, Pause.self, Resume.self,
            Run.self,
            History.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the schedules with their next and last ticks.",
            discussion: "Missed, skipped and failed are of each one's newest \(ScheduleOperations.ticksLookedAt) ticks."
        )
        @OptionGroup var options: SettingsOptions
        @Option(help: "Only this organization's.") var organization: OrganizationID?
        @Flag(help: "Print JSON Lines.") var json = false

        func run() async throws {
            let operations = try await Assembly(await options.settings()).scheduleOperations()
            var table = Table(
                "NAME", "EXPRESSION", "ZONE", "NEXT (UTC)", "LAST (UTC)", "CAME TO", "MISSED", "SKIPPED", "FAILED",
                "TARGET")
            for summary in try await operations.list(of: organization, next: json ? 5 : 1) {
                if json {
                    try JSONLine.print(ScheduleView(summary))
                } else {
                    let schedule = summary.schedule
                    let last = summary.lastTick
                    table.row(
                        schedule.settings.name, schedule.settings.expression, schedule.settings.zone,
                        schedule.pausedAt != nil ? "paused" : summary.next.first.map(Moment.short) ?? "never",
                        last.map { Moment.short($0.key.tickAt) } ?? "-",
                        last.map { $0.outcome ?? $0.decision.rawValue } ?? "-",
                        "\(summary.decisions[.missed] ?? 0)", "\(summary.decisions[.skipped] ?? 0)",
                        "\(summary.failures)",
                        ScheduleView.Target(schedule.settings.target).words)
                }
            }
            if !json { table.print() }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes a schedule and its history; what it has fired goes on.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The schedule.") var schedule: String
        @Flag(help: "Don't ask.") var yes = false

        func run() async throws {
            try Terminal.confirm("Remove the schedule \(schedule) and its history?", isAgreed: yes)
            try await Assembly(await options.settings()).scheduleOperations().remove(schedule)
            print("\(schedule) is removed")
        }
    }

    struct Pause: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stops a schedule's ticks.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The schedule.") var schedule: String

        func run() async throws {
            let changed = try await Assembly(await options.settings()).scheduleOperations().pause(schedule)
            print(changed ? "\(schedule) is paused" : "\(schedule) was paused already")
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets a schedule tick again.", discussion: "The ticks of the pause aren't made up for.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The schedule.") var schedule: String

        func run() async throws {
            let changed = try await Assembly(await options.settings()).scheduleOperations().resume(schedule)
            print(changed ? "\(schedule) goes on" : "\(schedule) wasn't paused")
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fires a tick now, whether the schedule is paused or not.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The schedule.") var schedule: String

        func run() async throws {
            let tick = try await Assembly(await options.settings()).scheduleOperations().run(schedule)
            print("\(schedule) fires a tick at \(Moment.rfc3339(tick.tickAt))")
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists a schedule's ticks, newest first.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The schedule.") var schedule: String
        @Option(help: ArgumentHelp("So many at most.", valueName: "n")) var limit = 50
        @Flag(help: "Print JSON Lines.") var json = false

        func validate() throws {
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit is 1 to 10,000") }
        }

        func run() async throws {
            let operations = try await Assembly(await options.settings()).scheduleOperations()
            var table = Table("TICK (UTC)", "DECISION", "FINISHED (UTC)", "OUTCOME", "JOB", "ERROR")
            for tick in try await operations.history(of: schedule, limit: limit) {
                if json {
                    try JSONLine.print(TickView(tick))
                } else {
                    table.row(
                        Moment.short(tick.key.tickAt), tick.decision.rawValue,
                        tick.finishedAt.map(Moment.short) ?? "-", tick.outcome ?? "-", tick.wakeUp?.resource ?? "-",
                        tick.error ?? "")
                }
            }
            if !json { table.print() }
        }
    }
}
