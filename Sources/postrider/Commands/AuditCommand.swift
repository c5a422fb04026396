import ArgumentParser
import MailModel
import MailStore
import SyncEngine

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Proves that nothing of a mailbox is missing, folder by folder, and repairs what is.",
        discussion: """
            The account is brought up to date first. Then each folder's UIDs on the server are compared with those that are \
            stored or skipped for a reason, the flags with the stored ones, and the bytes of a sample of the messages, or of \
            all with --deep. Ends with 0 when nothing was missing or all of it was repaired, else with 1.
            """)
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account's id.") var id: AccountID
    @Flag(help: "Compare the bytes of all messages.") var deep = false
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let assembly = try Assembly(await options.settings())
        let store = try await assembly.store(role: .worker, withSecrets: true)
        let key = try await store.account(id).key
        let shows = Terminal.isInteractive && !json
        let audit = try await assembly.engine(store).audit(
            key, deep: deep,
            report: { done, total, note in
                guard shows else { return }
                Terminal.redraw(total.map { "\(note): \(done) of \($0)" } ?? "\(note): \(done)")
            })
        if shows { Terminal.redraw("") }
        if json {
            try JSONLine.print(AuditView(audit, account: id))
        } else {
            AuditView.show(audit)
        }
        if audit.outcome == .incomplete { throw ExitCode(1) }
    }
}
