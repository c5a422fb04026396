// Puts a job into the queue for each account that is due, and keeps the queue itself in order.
//
//     account_dispatch.next_due_at ≤ now ──compare-and-set──▶ dispatched_until ──commit──▶ enqueue
//
// The mark in PostgreSQL comes first: a scheduler that dies between the two lines costs an account the time that the
// mark holds, never a job that nobody knows of. Two schedulers at once do no harm.
import AccountJobs
import Failure
package import JobQueue
package import Logging
package import MailStore
import ServiceLifecycle
import Synchronization

/// The scheduler's main duty: dispatches due accounts and gives the queue an epoch when it has none.
package final class DispatchService: Service {
    /// How often and how much; durations are parameters so that tests are short.
    package struct Settings: Sendable {
        /// Pause between looks for due accounts.
        package var interval: Duration = .milliseconds(250)
        /// Accounts a look.
        package var batch = 1_000
        /// Seconds after which an account whose job was never heard of is dispatched again. Well beyond the deadlines of a
        /// visit: an account that is dispatched while it is being visited is visited again at once, whatever pause the
        /// visit asked for.
        package var holdSeconds = 900
        /// Pause after a failure, so that an outage isn't hammered.
        package var pauseAfterFailure: Duration = .seconds(1)

        package init() {}
    }

    private let store: Store
    private let queue: JobQueue
    private let settings: Settings
    private let log: Logger
    private let success = Mutex<ContinuousClock.Instant?>(nil)

    package init(store: Store, queue: JobQueue, settings: Settings = Settings(), log: Logger) {
        self.store = store
        self.queue = queue
        self.settings = settings
        self.log = log
    }

    /// When a look for due accounts last went well; `nil` before the first. The scheduler is ready if that is recent.
    package var lastSuccess: ContinuousClock.Instant? { success.withLock { $0 } }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.runUntilCancelled()
        }
    }

    private func runUntilCancelled() async {
        while !Task.isCancelled {
            var pause = settings.interval
            do {
                let dispatched = try await runOnce()
                if dispatched == settings.batch { pause = .zero }
            } catch is CancellationError {
                return
            } catch {
                log.warning("dispatching failed; it is tried again", metadata: ["reason": "\(error)"])
                pause = settings.pauseAfterFailure
            }
            // The pace of the loop, not a wait for a state; cancellation ends it at once.
            guard (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }

    /// Dispatches what is due now; returns how many accounts that was, at most ``Settings/batch``.
    package func runOnce() async throws -> Int {
        let epoch = try await epoch()
        let due = try await store.dispatchDue(limit: settings.batch, epoch: epoch, holdSeconds: settings.holdSeconds)
        if !due.accounts.isEmpty {
            _ = try await queue.enqueue(due.accounts.map { AccountJob.sync($0) })
            log.debug("dispatched", metadata: ["accounts": "\(due.accounts.count)"])
        }
        success.withLock { $0 = .now }
        return due.count
    }

    /// The queue's epoch. A queue that has none is new, or was emptied: it gets the next one, under which every account
    /// that was dispatched before is due again.
    private func epoch() async throws -> Int64 {
        if let epoch = try await queue.currentEpoch() { return epoch }
        let epoch = try await store.nextQueueEpoch()
        try await queue.establishEpoch(epoch)
        log.notice("the queue was empty and has a new epoch", metadata: ["epoch": "\(epoch)"])
        return epoch
    }
}
