import AccountJobs
import Foundation
import Logging
import MailModel
import MailStore
import Postgres
import Redis
import Testing

@testable import JobQueue

/// A database and shards of a test's own, with the queues of an installation.
struct Rig: Sendable {
    static let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let isOffered = StoreDatabase.isOffered && SharedRedis.isAvailable

    let database: StoreDatabase
    let queues: JobQueues
    let client: RedisClient

    /// Runs `body` with shards that have no epoch yet, unless one is given.
    /// - Parameter server: one of the test's own; the shared one without it.
    static func with(
        shards count: Int = 1, epoch: Int64? = 1, heartbeat: Duration = .milliseconds(20),
        on server: PrivateRedisServer? = nil, _ body: (Rig) async throws -> Void
    ) async throws {
        let shared = try SharedRedis.url.map { try RedisConfiguration(url: $0) }
        let configuration = try #require(server?.configuration ?? shared, "POSTRIDER_TEST_REDIS_URL is not set")
        let run = UUID().uuidString
        try await SharedRedis.withClient(configuration) { client in
            let shards = (0..<count).map { index in
                var settings = JobQueueSettings(shard: "\(run)-\(index)", queues: QueueNames.all)
                settings.heartbeat = heartbeat
                settings.backoff = RetryBackoff(base: .milliseconds(1), cap: .milliseconds(5))
                return JobQueue(client: client, settings: settings)
            }
            if let epoch { for shard in shards { try await shard.establishEpoch(epoch) } }
            try await StoreDatabase.with { database in
                try await body(Rig(database: database, queues: JobQueues(shards), client: client))
            }
            for shard in shards { _ = try await client.send(RedisCommand("DEL", shard.scriptKeys.map { .string($0) })) }
        }
    }

    /// As the scheduler has it.
    var store: Store { Store(pool: database.pool(.scheduler)) }
    /// As a worker has it, with the machine's clock.
    var workerStore: Store { Store(pool: database.pool(.worker)) }

    /// As the superuser.
    func execute(_ sql: String) async throws { try await database.execute(Statement(sql)) }

    // MARK: Accounts

    /// Accounts of one user, this one's and others made in bulk, all due.
    func accounts(_ count: Int, like mailbox: Mailbox) async throws {
        try await database.execute(
            Statement(
                """
                INSERT INTO accounts (organization_id, id, owner_id, address, state, auth_kind, username, imap_host,
                                      imap_port, imap_security)
                SELECT organization_id, gen_random_uuid(), owner_id, address, 'live', auth_kind, username, imap_host,
                       imap_port, imap_security
                  FROM accounts, generate_series(2, $1) WHERE id = $2
                """, Int32(count), mailbox.account.id))
        try await database.execute(
            Statement(
                """
                INSERT INTO account_dispatch (organization_id, account_id) SELECT organization_id, id FROM accounts
                    ON CONFLICT DO NOTHING
                """))
        try await database.execute(Statement("UPDATE account_dispatch SET next_due_at = now()"))
    }

    func fired(_ schedule: Schedule, _ ticks: EpochSeconds...) async throws -> [TickKey] {
        for tick in ticks {
            let key = TickKey(schedule: schedule.id, tickAt: tick)
            #expect(try await store.fireTick(key, TickJob.wakeUp(schedule, tickAt: tick)))
        }
        return ticks.map { TickKey(schedule: schedule.id, tickAt: $0) }
    }

    func schedule(
        _ target: Schedule.Target, named name: String = "nightly", expression: String = "@every 5m",
        next: EpochSeconds? = nil, changing: (inout ScheduleSettings) -> Void = { _ in }
    ) async throws -> Schedule {
        var settings = ScheduleSettings(name: name, expression: expression, target: target)
        changing(&settings)
        return try await database.store(.operator).createSchedule(settings, nextTickAt: next)
    }

    // MARK: Looking

    /// The resources of all jobs, sorted.
    func jobs() async throws -> [String] { try await details().map(\.resource).sorted() }

    func details() async throws -> [JobDetail] {
        var found: [JobDetail] = []
        for shard in queues.shards {
            var cursor: String?
            repeat {
                let page = try await shard.jobs(cursor: cursor)
                found += page.jobs
                cursor = page.next
            } while cursor != nil
        }
        return found
    }

    func job(_ resource: String) async throws -> JobDetail? { try await details().first { $0.resource == resource } }

    /// Takes every waiting job away, as a loss that leaves the epoch would.
    func loseJobs() async throws {
        for shard in queues.shards {
            for queue in QueueNames.all { while try await shard.purge(queue: queue) > 0 {} }
        }
    }

    /// Looks until the condition holds, thirty seconds at most.
    func eventually(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while try await !condition() {
            if ContinuousClock.now > end {
                Issue.record("never: \(what)", sourceLocation: sourceLocation)
                return
            }
            // A breath, so that looking does not take the processor from what is looked for.
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

extension Trait where Self == ConditionTrait {
    static var needsServers: Self {
        .enabled(if: Rig.isOffered, "POSTRIDER_TEST_REDIS_URL and POSTRIDER_TEST_DATABASE_URL name no servers")
    }
}
