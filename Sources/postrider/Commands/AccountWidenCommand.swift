import ArgumentParser
import Foundation
import MailModel
import MailStore

struct AccountWidenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "widen",
        abstract: "Lets an account's window reach farther back; what is there already isn't fetched again.",
        discussion: "It only ever grows. Whole threads come, as with the first sync.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account's id.") var id: AccountID
    @Option(
        help: ArgumentHelp(
            "Since when: a day such as 2026-01-31 (UTC), or a span before the start such as 30d.", valueName: "since"))
    var since: String
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        guard Span(argument: since) != nil || Self.day(since) != nil else {
            throw ValidationError("--since \(since) is neither a day such as 2026-01-31 nor a span such as 30d")
        }
    }

    private static func day(_ text: String) -> EpochSeconds? {
        guard text.count == 10, let date = try? Date("\(text)T00:00:00Z", strategy: .iso8601) else { return nil }
        return EpochSeconds(Int64(date.timeIntervalSince1970))
    }

    func run() async throws {
        let store = try await Assembly(await options.settings()).store(role: .operator)
        let account = try await store.account(id)
        var seconds = Span(argument: since).map { Int64($0.duration / .seconds(1)) } ?? 0
        if let day = Self.day(since), let start = account.startedAt { seconds = start.rawValue - day.rawValue }
        try await store.widen(id, to: max(0, seconds))
        let widened = try await store.account(id)
        if json { return try JSONLine.print(AccountView(widened)) }
        if let start = widened.startedAt { print("syncs mail since \(Moment.rfc3339(start - widened.windowSeconds))") }
    }
}
