// Puts a job into the queue for each account that is due.
//
//     account_dispatch.next_due_at ≤ now ──compare-and-set──▶ dispatched_until ──commit──▶ enqueue
//
// The mark in PostgreSQL comes first: a scheduler that dies between the two lines costs an account the time until a new
// leader asks again for what was marked within the last minute, never a job that nobody knows of. One whose jobs Redis
// refused asks again before it marks anything else. Two schedulers at once
// do no harm.
import AccountJobs
import Failure
package import JobQueue
package import Logging
package import MailStore
import ServiceLifecycle
import Synchronization

/// The scheduler's main duty: dispatches due accounts.
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
        /// How far back a new leader asks again for what the one before had marked.
        package var repeatSeconds = 60.0

        package init() {}
    }

    private struct State {
        var lastSuccess: ContinuousClock.Instant?
        var lagSeconds = 0.0
        var dispatched: Int64 = 0
        /// The leader's term whose beginning was seen to.
        var term: Int?
        /// Since when accounts were marked whose jobs the queue may not have.
        var owesSince: ContinuousClock.Instant?
    }

    private let store: Store
    private let queues: JobQueues
    private let keeper: QueueKeeper
    private let leadership: Leadership
    private let settings: Settings
    private let log: Logger
    private let state = Mutex(State())

    package init(
        store: Store, queues: JobQueues, keeper: QueueKeeper, leadership: Leadership, settings: Settings = Settings(),
        log: Logger
    ) {
        self.store = store
        self.queues = queues
        self.keeper = keeper
        self.leadership = leadership
        self.settings = settings
        self.log = log
    }

    /// When a look for due accounts, or for the leader who does it, last went well; `nil` before the first. The scheduler
    /// is ready if that is recent.
    package var lastSuccess: ContinuousClock.Instant? { state.withLock { $0.lastSuccess } }

    /// For how many seconds the longest due account of the last look had waited.
    package var lagSeconds: Double { state.withLock { $0.lagSeconds } }

    /// How many accounts were dispatched by this process.
    package var dispatched: Int64 { state.withLock { $0.dispatched } }

    package func run() async throws {
        let pace = Pace(interval: settings.interval, duty: "dispatching", log: log)
        await pace.repeat { try await self.runOnce() == self.settings.batch }
    }

    /// Dispatches what is due now; returns how many accounts that was, at most ``Settings/batch``.
    package func runOnce() async throws -> Int {
        guard let term = leadership.term else {
            state.withLock { $0.lastSuccess = .now }
            return 0
        }
        guard case .settled(let epoch) = keeper.standing else { return 0 }
        let (seenTo, owesSince) = state.withLock { ($0.term, $0.owesSince) }
        if seenTo != term || owesSince != nil {
            // Before anything else is marked: while Redis refuses jobs, accounts had better wait unmarked.
            try await repeatRecent(epoch: epoch, owingSince: owesSince)
            state.withLock { state in
                state.term = term
                state.owesSince = nil
            }
        }
        // Also what is marked by a call that then fails: forgotten only when its jobs are in the queue.
        let began = ContinuousClock.now
        state.withLock { $0.owesSince = began }
        let due = try await store.dispatchDue(limit: settings.batch, epoch: epoch, holdSeconds: settings.holdSeconds)
        if !due.accounts.isEmpty {
            try await queues.enqueue(due.due.map { AccountJob.sync($0) })
            log.debug("dispatched", metadata: ["accounts": "\(due.accounts.count)"])
        }
        state.withLock { state in
            state.owesSince = nil
            state.lastSuccess = .now
            state.lagSeconds = due.lagSeconds
            state.dispatched += Int64(due.accounts.count)
        }
        return due.accounts.count
    }

    /// Asks again for what a leader before us, or we ourselves, marked and may not have enqueued.
    private func repeatRecent(epoch: Int64, owingSince: ContinuousClock.Instant?) async throws {
        let owed = owingSince.map { $0.duration(to: .now) / .seconds(1) } ?? 0
        var cursor: DispatchPage.Cursor?
        repeat {
            let page = try await store.recentDispatches(
                withinSeconds: settings.repeatSeconds + owed, epoch: epoch, after: cursor, limit: settings.batch)
            if !page.due.isEmpty { try await queues.enqueue(page.due.map { AccountJob.sync($0) }) }
            cursor = page.next
        } while cursor != nil
    }
}
