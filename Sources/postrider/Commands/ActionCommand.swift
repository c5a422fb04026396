import ArgumentParser
import MailModel
import MailStore

struct ActionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "action", abstract: "Replies to and forwards of old mail, and what became of them.",
        subcommands: [List.self, Show.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists an account's actions, newest first.")
        @OptionGroup var options: SettingsOptions
        @Option(help: "The account's id.") var account: AccountID
        @Option(help: "Only of this kind: reply or forward.") var kind: ActionKind?
        @Option(help: "Only in this state.") var state: ActionState?
        @Option(help: "At most so many.") var limit = 100
        @Flag(help: "Print JSON Lines.") var json = false

        func run() async throws {
            let store = try await Assembly(await options.settings()).store(role: .operator)
            let key = try await store.account(account).key
            let actions = try await store.actions(of: key, kind: kind, state: state, limit: max(1, limit))
            if json { return try actions.forEach { try JSONLine.print(ActionView($0)) } }
            var table = Table("CREATED (UTC)", "KIND", "BY", "STATE", "RESULT", "MESSAGE", "ID")
            for action in actions {
                let view = ActionView(action)
                table.row(
                    Moment.short(action.createdAt), view.kind, view.origin, view.state,
                    String(view.told.dropFirst(2)), view.message_id ?? "-", view.id)
            }
            table.print()
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows an action.")
        @OptionGroup var options: SettingsOptions
        @Argument(help: "The action's id.") var id: ActionID
        @Flag(help: "Print one JSON object.") var json = false

        func run() async throws {
            let store = try await Assembly(await options.settings()).store(role: .operator)
            let action = try await store.action(id)
            let view = ActionView(action)
            if json { return try JSONLine.print(view) }
            print("\(view.kind) by \(view.origin): \(view.state)\(view.told)")
            print("message  \(view.message_id ?? "-")\ncreated  \(view.created_at), tried \(view.attempts) times")
            if let finished = view.finished_at { print("finished \(finished)") }
        }
    }
}

extension ActionKind: ExpressibleByArgument {}
extension ActionState: ExpressibleByArgument {}
