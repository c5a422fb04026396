import ArgumentParser
import Entitlements
import MailModel
import MailStore

struct OrganizationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organization", abstract: "Organizations.", subcommands: [Create.self, List.self, Show.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes an organization.")
        @OptionGroup var options: SettingsOptions
        @Option(help: "Its name.") var name: String
        @Option(help: "silver, gold or platinum.") var plan: Plan
        @Option(help: "How many people it pays for.") var seats = 1
        @Option(help: "Days of trial from now; 0 for none.") var trialDays = 14
        @Flag(help: "Print one JSON object.") var json = false

        func validate() throws {
            guard seats > 0 else { throw ValidationError("--seats must be at least 1") }
            guard trialDays >= 0 else { throw ValidationError("--trial-days can't be negative") }
        }

        func run() async throws {
            let store = try await Assembly(await options.settings()).store(role: .operator)
            let organization = try await store.createOrganization(
                name: name, plan: plan, seats: seats, trialDays: trialDays)
            if json { try JSONLine.print(OrganizationView(organization)) } else { print(organization.id) }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the organizations.")
        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON Lines.") var json = false

        func run() async throws {
            let store = try await Assembly(await options.settings()).store(role: .operator)
            var table = Table("ID", "PLAN", "SEATS", "NAME")
            for organization in try await store.organizations() {
                if json {
                    try JSONLine.print(OrganizationView(organization))
                } else {
                    table.row(
                        "\(organization.id)", organization.plan.rawValue, "\(organization.seats)", organization.name)
                }
            }
            if !json { table.print() }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows an organization.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The organization's id.") var id: OrganizationID
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            let store = try await Assembly(await options.settings()).store(role: .operator)
            let organization = try await store.organization(id)
            if json { return try JSONLine.print(OrganizationView(organization)) }
            print("\(organization.name)\nplan   \(organization.plan.rawValue)\nseats  \(organization.seats)")
            if let trial = organization.trialEndsAt { print("trial  until \(Moment.short(trial)) UTC") }
        }
    }
}
