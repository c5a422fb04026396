import ArgumentParser
import MailModel
import MailStore

struct AccountPauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Stops syncing an account until it is resumed; nothing that comes meanwhile is lost.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account's id.") var id: AccountID
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let account = try await Assembly(await options.settings()).store(role: .operator).pause(id)
        if json { return try JSONLine.print(AccountView(account)) }
        print(account.state.rawValue)
    }
}

struct AccountResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Lets a paused account go on; what came meanwhile is caught up at once.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account's id.") var id: AccountID
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let account = try await Assembly(await options.settings()).store(role: .operator).resume(id)
        if json { return try JSONLine.print(AccountView(account)) }
        print(account.state.rawValue)
    }
}
