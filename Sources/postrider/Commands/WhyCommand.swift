import ArgumentParser
import MailModel
import MailStore
import SyncEngine

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract:
            "Tells why a message is here, or why it isn't: when it was seen, by which run, by which rule, in which thread.",
        discussion: "What isn't stored is sought on the server, so that the rule which skipped it can be told.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "A Message-ID, with or without its angle brackets.") var messageID: String
    @Option(help: "The account's id.") var account: AccountID
    @Flag(help: "Print JSON Lines, one for each message that bears the id.") var json = false

    func validate() throws {
        guard header != nil else { throw ValidationError("\(messageID) is no Message-ID") }
    }

    private var header: HeaderMessageID? {
        let bare =
            messageID.hasPrefix("<") && messageID.hasSuffix(">") ? String(messageID.dropFirst().dropLast()) : messageID
        return HeaderMessageID(rawValue: bare)
    }

    func run() async throws {
        guard let header else { return }
        let assembly = try Assembly(await options.settings())
        let store = try await assembly.store(role: .operator, withSecrets: true)
        let key = try await store.account(account).key
        let found = try await store.why(header, of: key)
        for provenance in found {
            if json { try JSONLine.print(WhyView(provenance)) } else { WhyView(provenance).show() }
        }
        guard found.isEmpty else { return }
        let places = try await assembly.engine(store).whereabouts(of: header, account: key)
        for place in places {
            if json { try JSONLine.print(WhyNotView(place)) } else { WhyNotView(place).show() }
        }
        if places.isEmpty {
            Terminal.error(
                "postrider: no stored message bears the id \(header.rawValue), and no folder of the mailbox has one that does"
            )
            throw ExitCode(1)
        }
    }
}
