// The command line, and the one place where everything is put together.
import ArgumentParser
import Foundation

/// `postrider`: its subcommands are the roles and the operator's hands (product.md §7).
///
/// Exit codes: 0 done, 1 failed, 2 wrong usage.
@main
struct Postrider: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postrider",
        abstract: "Keeps a CRM's copy of its users' mail true.",
        discussion: """
            Settings come from flags, then the environment, then a file (--config). \
            `postrider config check` prints them.
            """,
        version: Version.current,
        subcommands: [
            MigrateCommand.self, SchedulerCommand.self, WorkerCommand.self, ListenerCommand.self, AllCommand.self,
            OrganizationCommand.self, UserCommand.self, AccountCommand.self, ThreadCommand.self, MessageCommand.self,
            ActionCommand.self, AuditCommand.self, WhyCommand.self, QuarantineCommand.self,
            QueueCommand.self, JobCommand.self, WorkersCommand.self, ScheduleCommand.self, TopCommand.self,
            ConfigCommand.self, ParseTrialCommand.self,
        ]
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            leave(with: 0)
        } catch {
            finish(with: error)
        }
    }

    /// Ends the process: usage errors as the parser words them with code 2, help with 0, all else as one line with 1.
    private static func finish(with error: any Error) -> Never {
        let code = exitCode(for: error)
        if code == .validationFailure {
            Terminal.error(fullMessage(for: error))
            leave(with: 2)
        }
        if code.isSuccess || error is ExitCode || error is CleanExit {
            let message = fullMessage(for: error)
            if !message.isEmpty { print(message) }
            leave(with: code.rawValue)
        }
        Terminal.error("postrider: \(error)")
        leave(with: 1)
    }

    /// Ends the process at once, its output written. Exit handlers don't run: those of OpenSSL and Kerberos free what
    /// the threads of connections that are just closing still use, and the process would crash having done its work.
    private static func leave(with code: Int32) -> Never {
        fflush(nil)
        _exit(code)
    }
}
