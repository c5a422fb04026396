import ArgumentParser
import Foundation
import MailModel
import MailStore
import SyncEngine
import SyncPlanning

struct AccountPreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview", abstract: "Tells what the first sync would bring, without starting it.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account's id.") var id: AccountID
    @Flag(help: "Print one JSON object.") var json = false

    private struct View: Encodable { let threads, messages, bytes, estimated_seconds: Int }

    func run() async throws {
        let assembly = try Assembly(await options.settings())
        let store = try await assembly.store(role: .operator, withSecrets: true)
        let preview = try await assembly.engine(store).preview(try await store.account(id).key)
        if json {
            return try JSONLine.print(
                View(
                    threads: preview.threads, messages: preview.messages, bytes: preview.bytes,
                    estimated_seconds: preview.estimatedSeconds))
        }
        print(
            "\(preview.threads) threads, \(preview.messages) messages, \(Amount.bytes(preview.bytes)),",
            "about \(Amount.duration(preview.estimatedSeconds))")
    }
}

struct AccountStartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Starts syncing: threads of the last 72 hours whole, and all mail from now on.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account's id.") var id: AccountID
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let store = try await Assembly(await options.settings()).store(role: .operator)
        let account = try await store.start(id)
        if json { return try JSONLine.print(AccountView(account)) }
        print("\(account.state.rawValue) since \(account.startedAt.map(Moment.rfc3339) ?? "-")")
    }
}

struct AccountSyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sync", abstract: "Makes an account due now.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account's id.") var id: AccountID

    func run() async throws {
        try await Assembly(await options.settings()).store(role: .operator).syncNow(id)
    }
}

struct AccountStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows where an account stands.",
        discussion:
            "With --watch it draws the first sync's progress, and ends when the account is live (0) or can't go on without a person (1)."
    )
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account's id.") var id: AccountID
    @Flag(help: "Stay until the first sync is done.") var watch = false
    @Flag(help: "Print one JSON object; with --watch, one whenever something changes.") var json = false

    func run() async throws {
        let store = try await Assembly(await options.settings()).store(role: .operator)
        guard watch else {
            let account = try await store.account(id)
            return try show(account, try await store.progress(of: account.key))
        }
        var last: SyncProgress?
        while true {
            let account = try await store.account(id)
            let progress = try await store.progress(of: account.key)
            if progress != last {
                last = progress
                if json {
                    try show(account, progress)
                } else if Terminal.isInteractive {
                    Terminal.redraw(ProgressLine.draw(progress, now: TimeSource.system.now))
                }
            }
            switch account.state {
            case .live:
                if !json {
                    if Terminal.isInteractive { Terminal.error("") }
                    try show(account, progress)
                }
                return
            case .needsReauthentication, .disconnected, .suspended, .paused, .connected:
                if Terminal.isInteractive, !json { Terminal.error("") }
                try show(account, progress)
                throw ExitCode(1)
            case .initialSync, .unreachable:
                // The pace of a display.
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    private func show(_ account: Account, _ progress: SyncProgress) throws {
        let left = ProgressLine.secondsLeft(progress, now: TimeSource.system.now)
        if json { return try JSONLine.print(AccountView(account, progress: progress, secondsLeft: left)) }
        print("\(account.address)  \(account.state.rawValue)")
        if let problem = account.problem { print("  \(problem.code): \(problem.text)") }
        if progress.messagesFound > 0 {
            print(
                "  \(progress.threadsDone) of \(progress.threadsFound) threads,",
                "\(progress.messagesDone) of \(progress.messagesFound) messages, \(Amount.bytes(progress.bytesDone))")
        }
        if let synced = account.lastSyncedAt { print("  last synced \(Moment.short(synced)) UTC") }
        if let due = account.nextDueAt { print("  next sync   \(Moment.short(due)) UTC") }
    }
}

struct AccountListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the accounts.")
    @OptionGroup var options: SettingsOptions
    @Option(help: "Only this organization's.") var organization: OrganizationID?
    @Flag(help: "Print JSON Lines.") var json = false

    func run() async throws {
        let store = try await Assembly(await options.settings()).store(role: .operator)
        var table = Table("ID", "STATE", "LAST SYNCED (UTC)", "ADDRESS")
        for account in try await store.accounts(of: organization) {
            if json {
                try JSONLine.print(AccountView(account))
            } else {
                table.row(
                    "\(account.id)", account.state.rawValue, account.lastSyncedAt.map(Moment.short) ?? "-",
                    account.address)
            }
        }
        if !json { table.print() }
    }
}

struct AccountRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes an account with its mail and its secrets; the mailbox itself is not touched.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account's id.") var id: AccountID
    @Flag(help: "Print one JSON object.") var json = false

    private struct View: Encodable {
        let id: String
        let messages_removed: Int
    }

    func run() async throws {
        let store = try await Assembly(await options.settings()).store(role: .operator)
        let messages = try await store.remove(id)
        if json { return try JSONLine.print(View(id: "\(id)", messages_removed: messages)) }
        print("removed, with \(messages) messages")
    }
}
