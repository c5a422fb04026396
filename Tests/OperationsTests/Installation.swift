import Entitlements
import Foundation
import MailModel
import MailStore
import Postgres
import Redis
import Testing

@testable import JobQueue
@testable import Operations

/// Shards and a migrated database of a test's own, and the operator's hands on them.
struct Installation: Sendable {
    static let isOffered =
        ProcessInfo.processInfo.environment["CI"] == "true"
        || (ProcessInfo.processInfo.environment["POSTRIDER_TEST_REDIS_URL"] != nil
            && ProcessInfo.processInfo.environment["POSTRIDER_TEST_DATABASE_URL"] != nil)
    /// 2023-11-14T22:13:20Z, a Tuesday: what the schedules' clock says.
    static let now: Int64 = 1_700_000_000

    let queues: JobQueues
    let store: Store
    let operations: QueueOperations
    let schedules: ScheduleOperations
    /// The superuser, past all policies.
    let administrator: PostgresPool

    static func with(
        shards count: Int = 2, names: [String] = ["default", "other"], epoch: Int64? = 1,
        _ body: (Installation) async throws -> Void
    ) async throws {
        let environment = ProcessInfo.processInfo.environment
        let client = RedisClient(
            try RedisConfiguration(
                url: try #require(environment["POSTRIDER_TEST_REDIS_URL"], "POSTRIDER_TEST_REDIS_URL is not set")))
        let run = UUID().uuidString
        let shards = (0..<count).map { index in
            var settings = JobQueueSettings(shard: "\(run)-\(index)", queues: names)
            settings.heartbeat = .milliseconds(50)
            return JobQueue(client: client, settings: settings)
        }
        if let epoch { for shard in shards { try await shard.establishEpoch(epoch) } }
        let url = try #require(environment["POSTRIDER_TEST_DATABASE_URL"], "POSTRIDER_TEST_DATABASE_URL is not set")
        var components = try #require(URLComponents(string: url))
        let name = "operations_" + run.lowercased().replacing("-", with: "")
        let server = try PostgresPool(PostgresConfiguration(url: url, poolSize: 1, settings: [:]))
        try await server.withSession { try $0.script("CREATE DATABASE \(name)") }
        components.path = "/\(name)"
        let own = try #require(components.string)
        let administrator = try PostgresPool(PostgresConfiguration(url: own, poolSize: 1))
        _ = try await Migrator(pool: administrator, migrations: StoreMigrations.all).migrate()
        let pool = try PostgresPool(PostgresConfiguration(url: own, role: "postrider_operator", poolSize: 2))
        let store = Store(pool: pool)
        let installation = Installation(
            queues: JobQueues(shards), store: store, operations: QueueOperations(shards: shards, store: store),
            schedules: ScheduleOperations(store: store, time: TimeSource { now * 1_000 }), administrator: administrator)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(installation)) } catch { outcome = .failure(error) }
        for shard in shards { _ = try await client.send(RedisCommand("DEL", shard.scriptKeys.map { .string($0) })) }
        await client.close()
        await pool.close()
        await administrator.close()
        try await server.withSession { try $0.script("DROP DATABASE \(name) WITH (FORCE)") }
        await server.close()
        try outcome.get()
    }

    var shards: [JobQueue] { queues.shards }

    /// Asks for jobs, one an organization, and returns which shard each went to.
    func enqueue(_ resources: [String], queue: String = "default", kind: String = "look") async throws {
        try await queues.enqueue(
            resources.map { JobRequest(kind: kind, queue: queue, resource: $0, organization: "o-\($0)") })
    }

    func organization() async throws -> OrganizationID {
        try await store.createOrganization(name: "Acme", plan: .gold, seats: 1, trialDays: 14).id
    }

    func bury(_ resource: String, code: String, organization: OrganizationID? = nil) async throws -> DeadLetterID {
        let wakeUp = WakeUp(
            queue: "default", kind: "look", resource: resource, organizationID: organization, priority: 2)
        let moment = EpochSeconds(Self.now)
        return try await store.bury(
            .init(
                wakeUp: wakeUp, problem: AccountProblem(code: code, text: "It was \(code)"), attempts: 12,
                firstFailedAt: moment, diedAt: moment))
    }

    /// What the audit log of the installation holds, oldest first.
    func audited() async throws -> [String] {
        try await store.auditLog(organization: nil, limit: 1_000).reversed().map { "\($0.action) \($0.subject)" }
    }

    /// All jobs that a search finds.
    func found(_ search: JobSearch = JobSearch()) async throws -> [JobRecord] {
        var found: [JobRecord] = []
        var cursor: String?
        repeat {
            let page = try await operations.jobs(search, cursor: cursor)
            found += page.jobs
            cursor = page.next
        } while cursor != nil
        return found
    }

    /// Looks until the condition holds, thirty seconds at most.
    func eventually(
        _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(120)
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
        .enabled(
            if: Installation.isOffered, "POSTRIDER_TEST_REDIS_URL and POSTRIDER_TEST_DATABASE_URL name no servers")
    }
}
