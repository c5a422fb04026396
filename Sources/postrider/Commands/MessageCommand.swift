import ArgumentParser
import Foundation
import MailModel
import MailStore

struct MessageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "message", abstract: "Synced messages.", subcommands: [List.self, Show.self, Raw.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Streams all of an account's messages, newest first.")
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
            var left = limit ?? .max
            var last: StoredMessage?
            var headed = json
            while left > 0 {
                let page = try await store.messages(of: key, before: last, limit: min(left, 200))
                var table = Table("RECEIVED (UTC)", "FROM", "SUBJECT", "FOLDERS", "ID")
                for message in page {
                    if json {
                        try JSONLine.print(MessageView(message))
                    } else {
                        let from = message.addresses(.from).first
                        table.row(
                            Moment.short(message.receivedAt), Table.cut(from?.name ?? from?.address ?? "", to: 24),
                            Table.cut(message.subject ?? "", to: 44),
                            Table.cut(message.placements.map(\.path).joined(separator: ", "), to: 24), "\(message.id)")
                    }
                }
                if !json { table.lines.dropFirst(headed ? 1 : 0).forEach { print($0) } }
                headed = true
                last = page.last
                left -= page.count
                if page.count < 200 { break }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a message.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The message's id.") var id: MessageID
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            let store = try await Assembly(await options.settings()).store(role: .operator)
            let message = try await store.message(id)
            if json { return try JSONLine.print(MessageView(message)) }
            for role in ParticipantRole.allCases {
                let addresses = message.addresses(role).map { address in
                    address.name.map { "\($0) <\(address.address)>" } ?? address.address
                }
                if !addresses.isEmpty { print("\(role.rawValue):  \(addresses.joined(separator: ", "))") }
            }
            print("subject:  \(message.subject ?? "")\nreceived:  \(Moment.rfc3339(message.receivedAt))")
            for placement in message.placements {
                print("in:  \(placement.path)  uid \(placement.uid)  \(placement.flags.joined(separator: " "))")
            }
            for attachment in message.attachments {
                print(
                    "attached:  \(attachment.part)  \(attachment.filename ?? "-")  \(attachment.contentType)  \(Amount.bytes(attachment.size))"
                )
            }
            print("\n\(message.text ?? message.snippet)")
        }
    }

    struct Raw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Writes a message's bytes as the server gave them.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The message's id.") var id: MessageID

        func run() async throws {
            let store = try await Assembly(await options.settings()).store(role: .operator)
            try await store.rawMessage(id) { try FileHandle.standardOutput.write(contentsOf: Data($0)) }
        }
    }
}
