import ArgumentParser
import MailModel
import MailStore

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users of an organization.", subcommands: [Create.self, Show.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a user.")
        @OptionGroup var options: SettingsOptions
        @Option(help: "The organization's id.") var organization: OrganizationID
        @Option(help: "The user's own address.") var email: String
        @Option(help: "The user's name.") var name: String
        @Option(help: "admin or regular; only an admin changes the plan.") var role: User.Role = .regular
        @Flag(help: "Print one JSON object.") var json = false

        func validate() throws {
            guard email.contains("@") else { throw ValidationError("--email \(email) is no address") }
        }

        func run() async throws {
            let store = try await Assembly(await options.settings()).store(role: .operator)
            let user = try await store.createUser(organization: organization, email: email, name: name, role: role)
            if json { try JSONLine.print(UserView(user)) } else { print(user.id) }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a user.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The user's id.") var id: UserID
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            let store = try await Assembly(await options.settings()).store(role: .operator)
            let user = try await store.user(id)
            if json { return try JSONLine.print(UserView(user)) }
            print(
                "\(user.name) <\(user.email)>\nrole          \(user.role.rawValue)\norganization  \(user.organizationID)"
            )
        }
    }
}
