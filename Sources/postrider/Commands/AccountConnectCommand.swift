import Accounts
import ArgumentParser
import Foundation
import MailModel
import MailStore

struct AccountConnectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect", abstract: "Signs in to a mailbox and stores it.",
        discussion: """
            The password comes from standard input, from a file, or from a prompt; never from a flag. \
            Without --smtp the account only receives.
            """)

    @OptionGroup var options: SettingsOptions
    @Option(help: "Whose mailbox it is: a user's id.") var user: UserID
    @Option(help: "The mailbox's address.") var address: String
    @Option(help: "The name to sign in with; the address, where it isn't given.") var username: String?
    @Option(help: ArgumentHelp("The IMAP server.", valueName: "host:port")) var imap: HostPort
    @Option(help: "tls, starttls or none.") var imapSecurity: ServerSettings.Security = .tls
    @Option(help: ArgumentHelp("The SMTP server.", valueName: "host:port")) var smtp: HostPort?
    @Option(help: "tls, starttls or none.") var smtpSecurity: ServerSettings.Security = .tls
    @Flag(help: "Read the password from standard input.") var passwordStdin = false
    @Option(help: ArgumentHelp("Read the password from a file.", valueName: "path")) var passwordFile: String?
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        guard address.contains("@") else { throw ValidationError("--address \(address) is no address") }
        guard !(passwordStdin && passwordFile != nil) else {
            throw ValidationError("--password-stdin and --password-file exclude each other")
        }
    }

    func run() async throws {
        let assembly = try Assembly(await options.settings())
        let store = try await assembly.store(role: .operator, withSecrets: true)
        let owner = try await store.user(user)
        let password = try readPassword()
        let draft = Store.AccountDraft(
            owner: owner, address: address, authentication: .password, username: username ?? address,
            imap: ServerSettings(host: imap.host, port: imap.port, security: imapSecurity),
            smtp: smtp.map { ServerSettings(host: $0.host, port: $0.port, security: smtpSecurity) })
        let account = try await assembly.connector(store).connect(draft, credential: .password(password))
        if json { return try JSONLine.print(AccountView(account)) }
        print(account.id)
        let kind = account.smtp == nil ? "connected, receive only" : "connected"
        Terminal.error("\(address) is \(kind); next: postrider account choose \(account.id) --all")
    }

    private func readPassword() throws -> String {
        let text: String
        if passwordStdin {
            guard let line = readLine(strippingNewline: true) else { throw SettingsError("standard input is empty") }
            text = line
        } else if let passwordFile {
            guard let data = FileManager.default.contents(atPath: passwordFile) else {
                throw SettingsError("the password file \(passwordFile) can't be read")
            }
            text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
        } else {
            text = try Terminal.readSecret(prompt: "Password for \(username ?? address): ")
        }
        guard !text.isEmpty else { throw SettingsError("the password is empty") }
        return text
    }
}
