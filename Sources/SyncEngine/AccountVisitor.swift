// Runs SyncPlanning's rules against a mailbox and the store: the first sync, and the visits that follow it.
//
// A visit is one job's work for one account, on the `read` lane:
//
//     take the lane ─▶ sign in ─▶ folders ─▶ status of each ─┬─ all proven ──▶ poll: new mail, flags
//                                                            └─ some not ────▶ first sync: index, close over
//                                                                              threads, pull them newest first
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
    /// Signs in to an account's mailbox; the caller knows hosts, secrets and policies.
    package typealias OpenMailbox = @Sendable (Account) async throws -> IMAPConnection

    let store: Store
    let openMailbox: OpenMailbox
    let parsers: ParseThread
    let time: TimeSource
    let settings: SyncSettings
    let log: Logger
    let metrics = SyncMetrics()

    package init(
        store: Store, openMailbox: @escaping OpenMailbox, time: TimeSource = .system,
        settings: SyncSettings = SyncSettings(), log: Logger
    ) {
        self.store = store
        self.openMailbox = openMailbox
        parsers = ParseThread()
        self.time = time
        self.settings = settings
        self.log = log
    }

    /// Visits an account once.
    ///
    /// - Parameters:
    ///   - shouldStop: asked between checkpoints; a visit that is to stop ends there, and the next one goes on.
    ///   - report: told after each checkpoint how many messages are done, of how many where that is known.
    /// - Returns: what it did, also where it failed: the account's row says so by then. Only a lost lease, a stop, and
    ///   a store that can't be reached leave the row as it was.
    package func visit(
        _ key: AccountKey, shouldStop: @escaping @Sendable () -> Bool,
        report: @escaping @Sendable (_ done: Int, _ total: Int?, _ note: String) -> Void = { _, _, _ in }
    ) async throws -> VisitReport {
        let account = try await store.account(key)
        guard account.state.isRunnable, account.startedAt != nil else { return VisitReport(outcome: .notRunnable) }
        let lease = try await store.takeReadLease(of: key)
        do {
            let mailbox = try await metrics.signIn.measure { try await openMailbox(account) }
            do {
                let visit = Visit(
                    engine: self, account: account, lease: lease, mailbox: mailbox,
                    addresses: try await store.addresses(of: key), shouldStop: shouldStop, progressed: report)
                let report = try await visit.run()
                await mailbox.logout()
                return report
            } catch {
                await mailbox.close()
                throw error
            }
        } catch {
            let failure = SyncFailure(error)
            guard let consequence = failure.consequence(failuresBefore: try await store.failures(of: key)) else {
                throw error
            }
            try await store.fail(lease, with: consequence)
            log.warning(
                "a visit failed",
                metadata: [
                    "account": "\(key.accountID)", "code": "\(consequence.problem.code)",
                    "reason": "\(consequence.problem.text)",
                ])
            return VisitReport(outcome: .failed(consequence.problem))
        }
    }
}
