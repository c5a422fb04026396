// Puts a job into the queue for each account that is due.
//
//     account_dispatch.next_due_at ≤ now ──compare-and-set──▶ dispatched_until ──commit──▶ enqueue
//
// The mark in PostgreSQL comes first: a scheduler that dies between the two lines costs an account the time until a new
// leader asks again for what was marked within the last minute, never a job that nobody knows of. A shard whose jobs Redis
// refused, or that is away, is owed them: they are asked for again before any other of it, and while all shards are owed
// nothing more is marked. Two schedulers at once do no harm.
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
        /// Since when accounts were marked whose jobs a shard may not have.
        var owesSince: [Int: ContinuousClock.Instant] = [:]
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
        guard case .settled(let epoch, let away) = keeper.standing else { return 0 }
        let all = Set(queues.shards.indices)
        let owed = state.withLock { state in
            // What the leader before us marked, it may not have enqueued.
            if state.term != term { for shard in all { state.owesSince[shard] = state.owesSince[shard] ?? .now } }
            state.term = term
            return state.owesSince
        }
        let refusals = try await repeatRecent(epoch: epoch, owed.filter { !away.contains($0.key) })
        let served = state.withLock { all.subtracting(away).subtracting($0.owesSince.keys) }
        // While no shard takes jobs, accounts had better wait unmarked.
        if served.isEmpty, let refusal = refusals.values.first { throw refusal }
        if served.isEmpty { return 0 }
        return try await dispatch(epoch: epoch, to: served)
    }

    /// - Parameter served: the shards that take jobs; the others' are owed to them.
    private func dispatch(epoch: Int64, to served: Set<Int>) async throws -> Int {
        // Also what is marked by a call that then fails: forgotten only when its jobs are in the queue.
        let began = ContinuousClock.now
        state.withLock { state in
            for shard in queues.shards.indices { state.owesSince[shard] = state.owesSince[shard] ?? began }
        }
        let due = try await store.dispatchDue(limit: settings.batch, epoch: epoch, holdSeconds: settings.holdSeconds)
        let byShard = Dictionary(grouping: due.due) { queues.index(of: "\($0.key.organizationID)") }
        let asked = byShard.filter { served.contains($0.key) }.values.joined().map { AccountJob.sync($0) }
        let refusals = await queues.refusals(of: asked)
        if !asked.isEmpty { log.debug("dispatched", metadata: ["accounts": "\(asked.count)"]) }
        state.withLock { state in
            for shard in served where refusals[shard] == nil {
                state.owesSince[shard] = nil
                state.dispatched += Int64(byShard[shard]?.count ?? 0)
            }
            if refusals.count < served.count { state.lastSuccess = .now }
            state.lagSeconds = due.lagSeconds
        }
        if let refusal = refusals.values.first { throw refusal }
        return due.due.count
    }

    /// Asks again, in the shards that are owed, for what a leader before us, or we ourselves, marked and may not have
    /// enqueued; those that take it all are owed no more.
    /// - Returns: why, for each of the others.
    private func repeatRecent(
        epoch: Int64, _ owed: [Int: ContinuousClock.Instant]
    ) async throws -> [Int: JobQueueError] {
        guard let earliest = owed.values.min() else { return [:] }
        var refusals: [Int: JobQueueError] = [:]
        var cursor: DispatchPage.Cursor?
        repeat {
            let page = try await store.recentDispatches(
                withinSeconds: settings.repeatSeconds + earliest.duration(to: .now) / .seconds(1), epoch: epoch,
                after: cursor, limit: settings.batch)
            let asked = page.due.map { AccountJob.sync($0) }.filter { request in
                let shard = queues.index(of: request.organization)
                return owed[shard] != nil && refusals[shard] == nil
            }
            refusals.merge(await queues.refusals(of: asked)) { first, _ in first }
            cursor = page.next
        } while cursor != nil && refusals.count < owed.count
        state.withLock { state in
            for shard in owed.keys where refusals[shard] == nil { state.owesSince[shard] = nil }
        }
        return refusals
    }
}
