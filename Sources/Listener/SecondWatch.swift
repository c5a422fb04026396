import IMAP
import Logging
import MailModel
import MailStore
import SyncEngine

/// Watches Sent on a connection of its own, where the server can't tell of several folders on one: IDLE tells of the open
/// folder alone, and replies from other mail programs appear in Sent.
struct SecondWatch: Sendable {
    private let home: Home
    private let environment: HomeEnvironment

    init(_ home: Home, _ environment: HomeEnvironment) {
        self.home = home
        self.environment = environment
    }

    /// Until its task is cancelled.
    func run() async {
        var pauses = Pauses(environment.settings)
        // Only what a first visit has brought up to date is worth a second connection.
        while await pause(environment.settings.scan), !home.isConnected {}
        while !Task.isCancelled {
            do {
                guard try await watch(&pauses) else { return await rest() }
            } catch {
                environment.log.debug(
                    "the watch of Sent is lost",
                    metadata: ["account": "\(home.key.accountID)", "reason": "\(error)"])
            }
            guard await pause(pauses.next()) else { return }
        }
    }

    /// - Returns: `false` where there is nothing to watch.
    private func watch(_ pauses: inout Pauses) async throws -> Bool {
        guard !home.isNotified,
            let sent = try await environment.store.folders(of: home.key).first(where: {
                $0.isWatched && $0.role == .sent
            })
        else { return false }
        let opened = try await environment.permits.with { try await environment.engine.connectToStay(home.key) }
        guard let mailbox = opened else { return await pause(environment.settings.longestPause) }
        do {
            guard try await mailbox.push(PushScope(folders: [sent.path])).means != .polling else {
                await mailbox.logout()
                return false
            }
            home.hearNews()
            while !Task.isCancelled {
                if case .news = try await mailbox.waitForNews(for: environment.settings.patience) { home.hearNews() }
                pauses.noteLife()
            }
            await mailbox.logout()
            return true
        } catch {
            await mailbox.close()
            throw error
        }
    }

    /// The home goes on without it.
    private func rest() async { while await pause(.seconds(3_600)) {} }

    /// A pause, not a wait for a state; cancellation ends it at once.
    ///
    /// - Returns: `false` where its task is cancelled.
    private func pause(_ duration: Duration) async -> Bool { (try? await Task.sleep(for: duration)) != nil }
}
