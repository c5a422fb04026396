import ArgumentParser
import MailModel
import MailStore

struct ThreadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thread", abstract: "Synced threads.", subcommands: [List.self, Show.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists an account's threads, newest first.")
        @OptionGroup var options: SettingsOptions
        @Option(help: "The account's id.") var account: AccountID
        @Option(help: "At most so many; all, where it isn't given.") var limit: Int?
        @Flag(help: "Print JSON Lines.") var json = false

        func validate() throws {
            guard limit.map({ $0 > 0 }) ?? true else { throw ValidationError("--limit must be at least 1") }
        }

        func run() async throws {
            let store = try await Assembly(await options.settings()).store(role: .operator)
            let key = try await store.account(account).key
            var table = Table("NEWEST (UTC)", "MESSAGES", "FROM", "SUBJECT", "ID")
            var left = limit ?? .max
            var last: StoredThread?
            while left > 0 {
                let page = try await store.threads(of: key, before: last, limit: min(left, 500))
                for thread in page {
                    if json {
                        try JSONLine.print(ThreadView(thread))
                    } else {
                        table.row(
                            Moment.short(thread.newest), "\(thread.messageCount)",
                            Table.cut(thread.participants.joined(separator: ", "), to: 28),
                            Table.cut(thread.subject ?? "(no subject)", to: 44), "\(thread.id)")
                    }
                }
                last = page.last
                left -= page.count
                if page.count < 500 { break }
            }
            if !json { table.print() }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a thread with its messages, oldest first.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The thread's id.") var id: ThreadID
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            let store = try await Assembly(await options.settings()).store(role: .operator)
            let thread = try await store.thread(id)
            let messages = try await store.messages(of: thread)
            if json { return try JSONLine.print(ThreadView(thread, messages: messages)) }
            print("\(thread.subject ?? "(no subject)")  \(thread.messageCount) messages\n")
            for message in messages {
                let from = message.addresses(.from).first
                print(
                    "\(Moment.short(message.receivedAt))  \(from?.name ?? from?.address ?? "(nobody)")  \(message.id)")
                print("    \(message.snippet)\n")
            }
        }
    }
}
