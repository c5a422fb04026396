import ArgumentParser
import MailModel
import MailStore

struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Messages that crash or stall whoever parses them, kept apart as they came.",
        subcommands: [List.self, Replay.self])

    private struct View: Encodable {
        let id, account_id, path, reason, quarantined_at: String
        let uid: UInt32
        let size: Int?
        let sha256, replayed_at: String?

        init(_ message: QuarantinedMessage) {
            id = "\(message.id)"
            account_id = "\(message.account.accountID)"
            path = message.path
            reason = message.reason
            quarantined_at = Moment.rfc3339(message.quarantinedAt)
            uid = message.uid.rawValue
            size = message.size
            sha256 = message.sha256?.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            replayed_at = message.replayedAt.map(Moment.rfc3339)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists what is or was kept apart of an account, newest first.")
        @OptionGroup var options: SettingsOptions
        @Option(help: "The account's id.") var account: AccountID
        @Option(help: "At most so many.") var limit = 100
        @Flag(help: "Print JSON Lines.") var json = false

        func run() async throws {
            let store = try await Assembly(await options.settings()).store(role: .operator)
            let key = try await store.account(account).key
            let messages = try await store.quarantined(of: key, limit: max(1, limit))
            if json { return try messages.forEach { try JSONLine.print(View($0)) } }
            var table = Table("SINCE (UTC)", "FOLDER", "UID", "SIZE", "REPLAYED", "ID", "REASON")
            for message in messages {
                table.row(
                    Moment.short(message.quarantinedAt), Table.cut(message.path, to: 24), "\(message.uid)",
                    message.size.map { Amount.bytes($0) } ?? "-", message.replayedAt.map(Moment.short) ?? "-",
                    "\(message.id)", message.reason)
            }
            table.print()
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has a message tried again, with the account's next visit, which is due at once.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The id that quarantine list shows.") var id: QuarantineID

        func run() async throws {
            try await Assembly(await options.settings()).store(role: .operator).replayQuarantined(id)
        }
    }
}
