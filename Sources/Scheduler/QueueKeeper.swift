// Keeps the queue true to PostgreSQL: gives it an epoch, notices when Redis has lost what it held, and rebuilds.
//
//     epoch missing or older on a shard, or another server answers than before
//        ──▶ next epoch on all shards that answer ──▶ running jobs enter themselves again by their heartbeats
//        ──▶ limits and pauses, unfinished ticks, pending actions, dispatched accounts are asked for anew
//
// A rebuild asks for too much rather than too little: a job that is there already takes the wish up. A shard that doesn't
// answer is away: the others go on without it, and if it comes back with an older epoch, that is a rebuild.
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
        /// - Parameter away: the shards that didn't answer when they were last looked at.
        case settled(epoch: Int64, away: Set<Int> = [])
    }

    private struct State {
        var standing = Standing.unsettled
        /// Which server answered for each shard, as far as it did since we lead.
        var identities: [Int: ServerIdentity] = [:]
        /// When a new epoch's rebuild may begin.
        var settlesAt: ContinuousClock.Instant?
        var rebuilds = 0
        /// The shards that didn't answer the last look.
        var away: Set<Int> = []
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
        let looks = await looks()
        let seen = looks.compactMapValues { try? $0.get() }
        guard !seen.isEmpty else {
            for case .failure(let error) in looks.values { throw error }
            return
        }
        let away = Set(looks.keys).subtracting(seen.keys)
        noteAway(away, looks)
        let known = state.withLock { $0.identities }
        let epochs = Set(seen.values.map(\.epoch))
        let areTheSame = seen.allSatisfy { shard, look in known[shard] == nil || known[shard] == look.identity }
        if let common = epochs.first ?? nil, epochs.count == 1, areTheSame {
            state.withLock { state in state.identities.merge(seen.mapValues(\.identity)) { $1 } }
            return try await settle(epoch: common, away: away)
        }
        try await renew(
            seen, away: away,
            because: areTheSame ? "a shard has lost its epoch, or missed one" : "another server answers")
    }

    private struct Look: Sendable {
        let identity: ServerIdentity
        let epoch: Int64?
    }

    /// Asks all shards at once: one that is away takes all the time that a command has.
    private func looks() async -> [Int: Result<Look, JobQueueError>] {
        await withTaskGroup(of: (Int, Result<Look, JobQueueError>).self) { group in
            for (index, shard) in queues.shards.enumerated() {
                group.addTask {
                    do throws(JobQueueError) {
                        let identity = try await shard.identity()
                        return (index, .success(Look(identity: identity, epoch: try await shard.currentEpoch())))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func noteAway(_ away: Set<Int>, _ looks: [Int: Result<Look, JobQueueError>]) {
        let before = state.withLock { state in
            defer { state.away = away }
            return state.away
        }
        for shard in away.subtracting(before).sorted() {
            guard case .failure(let error) = looks[shard] else { continue }
            log.error(
                "a shard of the queue is away; the others go on",
                metadata: ["shard": "\(queues.shards[shard].settings.shard)", "reason": "\(error)"])
        }
        for shard in before.subtracting(away).sorted() {
            log.notice("a shard of the queue is back", metadata: ["shard": "\(queues.shards[shard].settings.shard)"])
        }
    }

    private func renew(_ seen: [Int: Look], away: Set<Int>, because reason: String) async throws {
        // Said before: an epoch may be established though the call failed, and the next look finds nothing strange then.
        let wait = queues.shards[0].settings.heartbeat * 1.5
        state.withLock { state in
            state.standing = .unsettled
            state.settlesAt = .now + wait
        }
        let epoch = try await store.nextQueueEpoch()
        for shard in seen.keys { try await queues.shards[shard].establishEpoch(epoch) }
        // Jobs that run enter themselves again before others ask for theirs, else they would run twice.
        let mayRun = try await jobsMayRun()
        state.withLock { state in
            state.identities.merge(seen.mapValues(\.identity)) { $1 }
            state.settlesAt = mayRun ? .now + wait : .now
        }
        log.notice("the queue has a new epoch", metadata: ["epoch": "\(epoch)", "reason": "\(reason)"])
        try await settle(epoch: epoch, away: away)
    }

    private func jobsMayRun() async throws -> Bool {
        if try await store.hasHeldDispatches() { return true }
        if try await !store.unfinishedTicks(limit: 1).isEmpty { return true }
        return try await !store.pendingActions(limit: 1).isEmpty
    }

    /// Rebuilds once running jobs have had their time; nothing to do where that was done.
    private func settle(epoch: Int64, away: Set<Int>) async throws {
        let (isSettled, mayBegin, isRebuild) = state.withLock { state in
            var isSettled = false
            if case .settled(epoch: epoch, away: _) = state.standing {
                isSettled = true
                state.standing = .settled(epoch: epoch, away: away)
            }
            return (isSettled, state.settlesAt.map { $0 <= .now } ?? true, state.settlesAt != nil)
        }
        if isSettled || !mayBegin { return }
        try await restore(away: away)
        state.withLock { state in
            state.standing = .settled(epoch: epoch, away: away)
            state.settlesAt = nil
            if isRebuild { state.rebuilds += 1 }
        }
    }

    /// Asks for everything again that PostgreSQL knows of; accounts are dispatched anew by their older epoch.
    private func restore(away: Set<Int>) async throws {
        func enqueue(_ requests: [JobRequest]) async throws {
            try await queues.enqueue(requests.filter { !away.contains(queues.index(of: $0.organization)) })
        }
        for (index, shard) in queues.shards.enumerated() where !away.contains(index) {
            for setting in try await store.gateSettings()
            where setting.slots != nil || setting.ratePerSecond != nil {
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
            try await enqueue(wakeUps.map(JobRequest.init))
            tick = ticks.count == Self.page ? ticks.last?.key : nil
        } while tick != nil
        var action: PendingAction.Cursor?
        repeat {
            let actions = try await store.pendingActions(after: action, limit: Self.page)
            try await enqueue(actions.map(AccountJob.action))
            action = actions.count == Self.page ? actions.last?.cursor : nil
        } while action != nil
    }
}
