import AccountJobs
import Foundation
import MailModel
import MailStore
import Postgres
import Redis
import Testing

@testable import JobQueue
@testable import Scheduler

@Suite("Keeping the queue", .needsServers, .needsRedisServer) struct QueueKeeperTests {
    private static func isSettled(_ keeper: QueueKeeper) -> Int64? {
        if case .settled(let epoch, _) = keeper.standing { epoch } else { nil }
    }

    private static func epochs(_ rig: Rig) async throws -> [Int64?] {
        var epochs: [Int64?] = []
        for shard in rig.queues.shards { epochs.append(try await shard.currentEpoch()) }
        return epochs
    }

    /// An action that waits, of the mailbox.
    private static func action(of mailbox: Mailbox, in rig: Rig) async throws {
        try await rig.database.execute(
            Statement(
                """
                INSERT INTO actions (organization_id, account_id, id, kind, state, origin)
                VALUES ($1, $2, gen_random_uuid(), 'send', 'pending', 'postrider')
                """, mailbox.key.organizationID, mailbox.key.accountID))
    }

    @Test("a fresh queue gets one epoch on all shards at once, and nothing is waited for where nothing can run")
    func fresh() async throws {
        try await Rig.with(shards: 3, epoch: nil, heartbeat: .seconds(3_600)) { rig in
            let keeper = Duties(rig: rig, leadership: try await rig.leader()).keeper
            #expect(keeper.standing == .unsettled)
            try await keeper.lookOnce()
            let epoch = try #require(Self.isSettled(keeper))
            #expect(try await Self.epochs(rig) == [epoch, epoch, epoch])
            // Nothing has happened: nothing happens.
            try await keeper.lookOnce()
            #expect(Self.isSettled(keeper) == epoch)
        }
    }

    @Test("shards of different epochs get a new one together")
    func different() async throws {
        try await Rig.with(shards: 2) { rig in
            try await rig.queues.shards[1].establishEpoch(7)
            try await rig.execute("SELECT setval('queue_epoch', 7)")
            let keeper = Duties(rig: rig, leadership: try await rig.leader()).keeper
            try await keeper.lookOnce()
            #expect(try await Self.epochs(rig) == [8, 8] && Self.isSettled(keeper) == 8)
        }
    }

    @Test("after FLUSHALL everything that PostgreSQL knows of comes back under a new epoch, queued ticks excepted")
    func flushed() async throws {
        try await PrivateRedisServer.with { server in
            try await Rig.with(shards: 2, epoch: nil, on: server) { rig in
                let mailbox = try await Mailbox.make(in: rig.database)
                let operators = try rig.database.store(.operator)
                try await operators.keep(GateSetting(gate: "host:*", slots: 8, burst: 4))
                try await operators.keep(GateSetting(gate: "organization:x", ratePerSecond: 2, burst: 3))
                try await operators.keep(.paused, of: QueueNames.actions)
                try await operators.keep(.draining, of: QueueNames.tasks)
                try await Self.action(of: mailbox, in: rig)
                let schedule = try await rig.schedule(.task("retention"), next: EpochSeconds(300))
                let wakeUps = [300, 600].map { TickJob.wakeUp(schedule, tickAt: EpochSeconds($0)) }
                _ = try await rig.store.recordTicks(
                    of: schedule.id, expecting: EpochSeconds(300),
                    [
                        .init(tickAt: EpochSeconds(300), verdict: .fire(wakeUps[0])),
                        .init(tickAt: EpochSeconds(600), verdict: .queue(wakeUps[1])),
                    ], nextTickAt: nil)
                let duties = try await rig.scheduler()
                try await rig.eventually("it is settled") {
                    try await duties.keeper.lookOnce()
                    return duties.keeper.standing != .unsettled
                }
                _ = try await duties.relaying.runOnce()
                #expect(try await duties.dispatching.runOnce() == 1)
                let before = try #require(Self.isSettled(duties.keeper))
                let account = mailbox.account.id
                let all = ["read:\(account)", wakeUps[0].resource, "write:\(account)"]
                #expect(try await rig.jobs() == all)

                _ = try await rig.client.send(RedisCommand("FLUSHALL"))
                try await duties.keeper.lookOnce()
                try await rig.eventually("it is settled") {
                    try await duties.keeper.lookOnce()
                    return duties.keeper.standing != .unsettled
                }
                let epoch = try #require(Self.isSettled(duties.keeper))
                #expect(epoch > before)
                #expect(try await Self.epochs(rig) == [epoch, epoch])
                #expect(try await rig.jobs() == [wakeUps[0].resource, "write:\(account)"])
                #expect(try await duties.dispatching.runOnce() == 1)
                #expect(try await rig.jobs() == all)
                for shard in rig.queues.shards {
                    let gates = try await shard.gates()
                    #expect(gates.map(\.name) == ["host:*", "organization:x"])
                    #expect(
                        gates.map(\.limit) == [GateLimit(slots: 4, burst: 2), GateLimit(rate: 2, burst: 3)])
                    let queues = try await shard.overview().queues
                    #expect(queues.map(\.isPaused) == [true, false, true])
                    #expect(queues.map(\.isDraining) == [false, false, true])
                }
            }
        }
    }

    @Test("jobs that run enter themselves again before theirs are asked for (guard: the wait for heartbeats)")
    func running() async throws {
        try await PrivateRedisServer.with { server in
            try await Rig.with(epoch: nil, heartbeat: .milliseconds(200), on: server) { rig in
                _ = try await Mailbox.make(in: rig.database)
                let duties = try await rig.scheduler()
                _ = try await duties.dispatching.runOnce()
                let shard = rig.queues.shards[0]
                let job = try #require(try await shard.claim(max: 1).first)
                _ = try await rig.client.send(RedisCommand("FLUSHALL"))
                try await duties.keeper.lookOnce()
                #expect(duties.keeper.standing == .unsettled)
                #expect(try await duties.dispatching.runOnce() == 0)
                let lost = try await shard.extend([job])
                #expect(lost.isEmpty)
                try await rig.eventually("it is settled") {
                    try await duties.keeper.lookOnce()
                    return duties.keeper.standing != .unsettled
                }
                #expect(try await duties.dispatching.runOnce() == 1)
                // It runs, once: nobody else gets it, and its own finish counts.
                let second = try await shard.claim(max: 1)
                #expect(second.isEmpty)
                let result = try await shard.finish(job, .done)
                #expect(result == .waiting)
            }
        }
    }

    @Test("dispatches that are held, fired ticks and actions may be running: each is waited for")
    func waits() async throws {
        try await PrivateRedisServer.with { server in
            for what in ["dispatch", "tick", "action"] {
                try await Rig.with(epoch: nil, heartbeat: .seconds(3_600), on: server) { rig in
                    let mailbox = try await Mailbox.make(in: rig.database)
                    let duties = try await rig.scheduler()
                    switch what {
                    case "dispatch": #expect(try await duties.dispatching.runOnce() == 1)
                    case "tick":
                        _ = try await rig.fired(rig.schedule(.task("retention")), EpochSeconds(300))
                    default: try await Self.action(of: mailbox, in: rig)
                    }
                    _ = try await rig.client.send(RedisCommand("FLUSHALL"))
                    for _ in 0..<3 { try await duties.keeper.lookOnce() }
                    #expect(duties.keeper.standing == .unsettled, "\(what)")
                }
            }
        }
    }

    @Test("a renewal that fails half-way forgets neither that jobs may be running nor that it was a rebuild")
    func halfWay() async throws {
        try await PrivateRedisServer.with { server in
            try await Rig.with(epoch: nil, heartbeat: .seconds(3_600), on: server) { rig in
                _ = try await Mailbox.make(in: rig.database)
                let duties = try await rig.scheduler()
                #expect(try await duties.dispatching.runOnce() == 1)
                _ = try await rig.client.send(RedisCommand("FLUSHALL"))
                try await rig.execute("REVOKE SELECT ON account_dispatch FROM postrider_scheduler")
                await #expect(throws: StoreError.self) { try await duties.keeper.lookOnce() }
                try await rig.execute("GRANT SELECT ON account_dispatch TO postrider_scheduler")
                for _ in 0..<3 { try await duties.keeper.lookOnce() }
                #expect(duties.keeper.standing == .unsettled)
            }
        }
    }

    @Test("another server's identity is a new epoch, though all its data is there; the next leader need not know why")
    func identity() async throws {
        try await PrivateRedisServer.with(arguments: { _, _ in ["--enable-debug-command", "yes"] }) { server in
            try await Rig.with(shards: 2, epoch: nil, on: server) { rig in
                let mailbox = try await Mailbox.make(in: rig.database)
                let duties = try await rig.scheduler()
                #expect(try await duties.dispatching.runOnce() == 1)
                let (before, rebuilds) = (try #require(Self.isSettled(duties.keeper)), duties.keeper.rebuilds)
                _ = try await rig.client.send(RedisCommand("DEBUG", "CHANGE-REPL-ID"))
                try await rig.eventually("it is settled anew") {
                    try await duties.keeper.lookOnce()
                    return Self.isSettled(duties.keeper) ?? before > before
                }
                #expect(duties.keeper.rebuilds == rebuilds + 1)
                // The job that is there takes the wish up.
                #expect(try await duties.dispatching.runOnce() == 1)
                #expect(try await rig.jobs() == ["read:\(mailbox.account.id)"])
                let epoch = Self.isSettled(duties.keeper)
                try await duties.keeper.lookOnce()
                #expect(Self.isSettled(duties.keeper) == epoch)
            }
        }
    }

    @Test("a shard that is away holds up neither a start nor a rebuild; back with an older epoch, it is rebuilt too")
    func away() async throws {
        try await Rig.withTwoServers(epoch: nil) { rig, queues, server in
            let (here, there) = (queues.shards[0], queues.shards[1])
            let leadership = try await rig.leader()
            func keeper() -> QueueKeeper {
                QueueKeeper(store: rig.store, queues: queues, leadership: leadership, log: Rig.log)
            }
            let first = keeper()
            try await first.lookOnce()
            let before = try #require(Self.isSettled(first))
            server.signal(SIGSTOP)
            let second = keeper()
            try await second.lookOnce()
            #expect(second.standing == .settled(epoch: before, away: [1]))
            _ = try await rig.client.send(RedisCommand("DEL", here.scriptKeys.map { .string($0) }))
            try await second.lookOnce()
            let renewed = try #require(Self.isSettled(second))
            #expect(renewed > before && second.standing == .settled(epoch: renewed, away: [1]))
            server.signal(SIGCONT)
            try await rig.eventually("both have one epoch") {
                try await second.lookOnce()
                guard case .settled(let epoch, let away) = second.standing else { return false }
                return epoch > renewed && away.isEmpty
            }
            let epochs = try await [here.currentEpoch(), there.currentEpoch()]
            #expect(epochs == [Self.isSettled(second), Self.isSettled(second)])
        }
    }
}
