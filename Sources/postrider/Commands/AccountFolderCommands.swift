import ArgumentParser
import MailModel
import MailStore

struct AccountFoldersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "folders", abstract: "Lists an account's folders.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account's id.") var id: AccountID
    @Flag(help: "Print JSON Lines.") var json = false

    func run() async throws {
        let store = try await Assembly(await options.settings()).store(role: .operator)
        try show(try await store.folders(of: try await store.account(id).key), json: json)
    }
}

struct AccountChooseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "choose", abstract: "Chooses which folders are synced.",
        discussion: "Sent is always watched. Trash, Spam and Drafts are pulled only when named, also with --all.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "The account's id.") var id: AccountID
    @Flag(help: "The whole mailbox.") var all = false
    @Option(help: ArgumentHelp("Folders by their paths, separated by commas.", valueName: "paths")) var folders: String?
    @Option(help: ArgumentHelp("One folder by its path, which may hold commas; can be repeated.", valueName: "path"))
    var folder: [String] = []
    @Flag(help: "Print JSON Lines.") var json = false

    private var paths: [String] {
        folder + (folders.map { $0.split(separator: ",").map(String.init) } ?? [])
    }

    func validate() throws {
        guard all || !paths.isEmpty else { throw ValidationError("give --all, or --folders INBOX,Projects/Alpha") }
    }

    func run() async throws {
        let store = try await Assembly(await options.settings()).store(role: .operator)
        try show(try await store.chooseFolders(of: id, mode: all ? .all : .selected, paths: paths), json: json)
    }
}

private func show(_ folders: [Folder], json: Bool) throws {
    var table = Table("SYNCED", "ROLE", "PATH")
    for folder in folders {
        if json {
            try JSONLine.print(FolderView(folder))
        } else {
            let synced = folder.isChosen ? "yes" : folder.isWatched ? "watched" : folder.isSelectable ? "no" : "-"
            table.row(synced, folder.role?.rawValue ?? "", folder.path.display)
        }
    }
    if !json { table.print() }
}
