import ArgumentParser

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Connected mailboxes.",
        subcommands: [
            AccountConnectCommand.self, AccountFoldersCommand.self, AccountChooseCommand.self,
            AccountPreviewCommand.self,
            AccountStartCommand.self, AccountStatusCommand.self, AccountSyncCommand.self, AccountWidenCommand.self,
            AccountPauseCommand.self, AccountResumeCommand.self,
            AccountListCommand.self,
            AccountRemoveCommand.self,
        ])
}
