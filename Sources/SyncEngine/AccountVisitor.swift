// Runs SyncPlanning's rules against a mailbox and the store: the first sync, and the visits that follow it.
//
// A visit is one job's work for one account, on the `read` lane:
//
//     take the lane ─▶ sign in ─▶ folders and the status of each ─┬─ all proven ─▶ what changed: new mail, flags,
//          (or a connection that is kept)                         │                what is gone and where it went
//                                                                 └─ some not ───▶ first sync: index, close over
//                                                                                  threads, pull them newest first
//                                           ─▶ replies to and forwards of old mail: their threads are pulled too
//     every batch is a checkpoint; the last carries the cursors and the visit's result
//
// Whatever ends a visit between two checkpoints, a crash or a lost connection or a stop, the next one plans again from
// what is stored and what the server has, so that nothing is lost and nothing is fetched twice.
package import IMAP
package import Logging
import MailModel
package import MailStore
import Metrics
import SyncPlanning

/// The engine: what every visit shares. One of it serves all jobs of a process.
package struct AccountVisitor: Sendable {
    /// Signs in to an account's mailbox; the caller knows hosts, secrets and policies, and how many connections there may
    /// be. `wantsToStay` says whether the connection would be kept between visits.
    package typealias OpenMailbox = @Sendable (Account, _ wantsToStay: Bool) async throws -> OpenedMailbox

    /// Tries messages in a process apart; `nil` if they came through, else how it ended.
    package typealias Trial = @Sendable ([FetchedMessage]) async throws -> String?

    let store: Store
    let openMailbox: OpenMailbox
    let parsers: ParseThread
    let time: TimeSource
    let ids: IDSource
    let settings: SyncSettings
    let trial: Trial?
    let log: Logger
    let metrics = SyncMetrics()

    /// - Parameter trial: for a process that has its job alone, since a message may have ended the one before: nothing is
    ///   parsed here that has not come through it.
    package init(
        store: Store, openMailbox: @escaping OpenMailbox, time: TimeSource = .system,
        ids: IDSource = .system, settings: SyncSettings = SyncSettings(), trial: Trial? = nil, log: Logger
    ) {
        self.store = store
        self.openMailbox = openMailbox
        parsers = ParseThread(patience: settings.parsePatience)
        self.time = time
        self.ids = ids
        self.settings = settings
        self.trial = trial
        self.log = log
    }

    /// Visits an account once, over a connection of its own.
    ///
    /// - Parameters:
    ///   - shouldStop: asked between checkpoints; a visit that is to stop ends there, and the next one goes on.
    ///   - report: told after each checkpoint how many messages are done, of how many where that is known.
    /// - Returns: what it did, also where it failed: the account's row says so by then. Only a lost lease, a stop, messages
    ///   that stall whoever parses them, and a store that can't be reached leave the row as it was.
    package func visit(
        _ key: AccountKey, shouldStop: @escaping @Sendable () -> Bool,
        report: @escaping @Sendable (_ done: Int, _ total: Int?, _ note: String) -> Void = { _, _, _ in }
    ) async throws -> VisitReport {
        let session = MailboxSession()
        do {
            let result = try await visit(key, over: session, shouldStop: shouldStop, report: report)
            await session.logout()
            return result
        } catch {
            await session.close()
            throw error
        }
    }

    /// A signed-in connection of an account that is kept for other things than visits; `nil` where too many are kept.
    package func connectToStay(_ key: AccountKey) async throws -> IMAPConnection? {
        let opened = try await openMailbox(try await store.account(key), true)
        if opened.mayStay { return opened.mailbox }
        await opened.mailbox.logout()
        return nil
    }

    /// The same over a session's connection, which is opened where there is none, and kept where the visit went well.
    package func visit(
        _ key: AccountKey, over session: MailboxSession, shouldStop: @escaping @Sendable () -> Bool,
        report: @escaping @Sendable (_ done: Int, _ total: Int?, _ note: String) -> Void = { _, _, _ in }
    ) async throws -> VisitReport {
        try await visit(key, over: session, shouldStop: shouldStop, report: report) { try await $0.carryOut() }
    }

    /// Does something of an account under its `read` lane, over a session's connection.
    func visit(
        _ key: AccountKey, over session: MailboxSession, shouldStop: @escaping @Sendable () -> Bool,
        report: @escaping @Sendable (_ done: Int, _ total: Int?, _ note: String) -> Void,
        _ work: (Visit) async throws -> VisitReport
    ) async throws -> VisitReport {
        let start = try await store.beginVisit(of: key)
        guard start.account.state.isRunnable, start.account.startedAt != nil else {
            return VisitReport(outcome: .notRunnable)
        }
        do {
            let mailbox = try await mailbox(of: start.account, session)
            return try await work(
                Visit(
                    engine: self, start: start, mailbox: mailbox, run: ids.make(), shouldStop: shouldStop,
                    progressed: report))
        } catch {
            await session.close()
            let failure = SyncFailure(error)
            guard let consequence = failure.consequence(failuresBefore: start.failures) else { throw error }
            try await store.fail(start.lease, with: consequence)
            log.warning(
                "a visit failed",
                metadata: [
                    "account": "\(key.accountID)", "code": "\(consequence.problem.code)",
                    "reason": "\(consequence.problem.text)",
                ])
            return VisitReport(outcome: .failed(consequence.problem))
        }
    }

    private func mailbox(of account: Account, _ session: MailboxSession) async throws -> IMAPConnection {
        if let kept = session.mailbox { return kept }
        let opened = try await metrics.signIn.measure { try await openMailbox(account, session.wantsToStay) }
        session.keep(opened)
        return opened.mailbox
    }
}
