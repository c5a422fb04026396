// Keeps the queue true to PostgreSQL: gives it an epoch, notices when Redis has lost what it held, and rebuilds.
//
//     epoch missing or older on a shard, or another server answers than before
//        ──▶ next epoch on all shards ──▶ running jobs enter themselves again by their heartbeats
//        ──▶ limits and pauses, unfinished ticks, pending actions, dispatched accounts are asked for anew
//
// A rebuild asks for too much rather than too little: a job that is there already takes the wish up.
import AccountJobs
import Failure
package import JobQueue
package import Logging
package import MailStore
import ServiceLifecycle
import Synchronization

/// The scheduler's duty to the queue itself.
package final class QueueKeeper: Service {
    /// What the dispatch may count on.
    enum Standing: Sendable, Hashable {
        /// Not known yet, or running jobs are still entering themselves again.
        case unsettled
        case settled(epoch: Int64)
    }

    private struct State {
        var standing = Standing.unsettled
        /// Which server answered for each shard.
        var identities: [ServerIdentity] = []
        /// When a new epoch's rebuild may begin.
        var settlesAt: ContinuousClock.Instant?
        var rebuilds = 0
    }

    private let store: Store
    private let queues: JobQueues
    private let leadership: Leadership
    private let interval: Duration
    private let log: Logger
    private let state = Mutex(State())
    /// Rows of one page of a rebuild.
    private static let page = 1_000

    /// - Parameter interval: between two looks.
    package init(
        store: Store, queues: JobQueues, leadership: Leadership, interval: Duration = .milliseconds(500), log: Logger
    ) {
        self.store = store
        self.queues = queues
        self.leadership = leadership
        self.interval = interval
        self.log = log
    }

    var standing: Standing { state.withLock { $0.standing } }

    /// How often the queue was rebuilt by this process.
    package var rebuilds: Int { state.withLock { $0.rebuilds } }

    package func run() async throws {
        let pace = Pace(interval: interval, duty: "keeping the queue", log: log)
        await pace.repeat {
            if self.leadership.leads { try await self.lookOnce() } else { self.forget() }
            return false
        }
    }

    /// Another leader may change what we know.
    private func forget() { state.withLock { $0 = State(rebuilds: $0.rebuilds) } }

    /// One look, and what follows from it.
    package func lookOnce() async throws {
        var epochs: [Int64?] = []
        var identities: [ServerIdentity] = []
        for shard in queues.shards {
            identities.append(try await shard.identity())
            epochs.append(try await shard.currentEpoch())
        }
        let known = state.withLock { $0.identities }
        let common = epochs[0].flatMap { epoch in epochs.allSatisfy { $0 == epoch } ? epoch : nil }
        if let common, known.isEmpty || known == identities {
            state.withLock { $0.identities = identities }
            return try await settle(epoch: common)
        }
        try await renew(identities, because: common == nil ? "a shard lost its epoch" : "another server answers")
    }

    private func renew(_ identities: [ServerIdentity], because reason: String) async throws {
        // Said before: an epoch may be established though the call failed, and the next look finds nothing strange then.
        let wait = queues.shards[0].settings.heartbeat * 1.5
        state.withLock { state in
            state.standing = .unsettled
            state.settlesAt = .now + wait
        }
        let epoch = try await store.nextQueueEpoch()
        for shard in queues.shards { try await shard.establishEpoch(epoch) }
        // Jobs that run enter themselves again before others ask for theirs, else they would run twice.
        let mayRun = try await jobsMayRun()
        state.withLock { state in
            state.identities = identities
            state.settlesAt = mayRun ? .now + wait : .now
        }
        log.notice("the queue has a new epoch", metadata: ["epoch": "\(epoch)", "reason": "\(reason)"])
        try await settle(epoch: epoch)
    }

    private func jobsMayRun() async throws -> Bool {
        if try await store.hasHeldDispatches() { return true }
        if try await !store.unfinishedTicks(limit: 1).isEmpty { return true }
        return try await !store.pendingActions(limit: 1).isEmpty
    }

    /// Rebuilds once running jobs have had their time; nothing to do where that was done.
    private func settle(epoch: Int64) async throws {
        let (isSettled, mayBegin, isRebuild) = state.withLock { state in
            (
                state.standing == .settled(epoch: epoch), state.settlesAt.map { $0 <= .now } ?? true,
                state.settlesAt != nil
            )
        }
        if isSettled || !mayBegin { return }
        try await restore()
        state.withLock { state in
            state.standing = .settled(epoch: epoch)
            state.settlesAt = nil
            if isRebuild { state.rebuilds += 1 }
        }
    }

    /// Asks for everything again that PostgreSQL knows of; accounts are dispatched anew by their older epoch.
    private func restore() async throws {
        for shard in queues.shards {
            for setting in try await store.gateSettings() {
                try await shard.setGate(setting.gate, setting.limit(in: queues.shards.count))
            }
            for (queue, control) in try await store.queueControls() where shard.settings.queues.contains(queue) {
                switch control {
                case .paused: try await shard.pause(queue: queue)
                case .draining: try await shard.drain(queue: queue)
                }
            }
        }
        var tick: TickKey?
        repeat {
            let ticks = try await store.unfinishedTicks(after: tick, limit: Self.page)
            // A queued tick is woken when the one before it is finished.
            let wakeUps = ticks.compactMap { $0.decision == .fired ? $0.wakeUp : nil }
            if !wakeUps.isEmpty { try await queues.enqueue(wakeUps.map(JobRequest.init)) }
            tick = ticks.count == Self.page ? ticks.last?.key : nil
        } while tick != nil
        var action: PendingAction.Cursor?
        repeat {
            let actions = try await store.pendingActions(after: action, limit: Self.page)
            if !actions.isEmpty { try await queues.enqueue(actions.map(AccountJob.action)) }
            action = actions.count == Self.page ? actions.last?.cursor : nil
        } while action != nil
    }
}
