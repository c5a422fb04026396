import AccountJobs
import Accounts
import Foundation
import IMAP
import JobQueue
import Logging
import MailStore
import NIOPosix
import OutboundGuard
import Postgres
import Redis
import SyncEngine
import Telemetry
import Transfer
import Worker

/// Puts the program together from its settings: each part on its first use, and each once.
struct Assembly: Sendable {
    let settings: Settings
    let logging: LogSettings

    init(_ settings: Settings) throws {
        self.settings = settings
        logging = try settings.logging()
    }

    /// A pool that works as one of the database's roles.
    ///
    /// - Parameter role: `nil` for the login's own rights, which only migrating asks for.
    func pool(role: DatabaseRole?, size: Int = 4) throws -> PostgresPool {
        var configuration = try PostgresConfiguration(
            url: settings.required(.databaseUrl), role: role?.rawValue,
            applicationName: "postrider \(role?.word ?? "migrate")",
            poolSize: size)
        switch role {
        case nil: configuration.settings["lock_timeout"] = "60s"
        // A worker looks rows up by their keys, whatever else a table of this minute's size suggests.
        case .worker:
            for setting in ["enable_hashjoin", "enable_mergejoin", "enable_seqscan"] {
                configuration.settings[setting] = "off"
            }
            configuration.settings["plan_cache_mode"] = "force_generic_plan"
        case .scheduler, .operator: break
        }
        return try PostgresPool(configuration)
    }

    /// The store, on a schema that this program knows.
    func store(role: DatabaseRole, withSecrets: Bool = false) async throws -> Store {
        let pool = try pool(role: role)
        try await Migrator(pool: pool, migrations: StoreMigrations.all).requireSchema(in: StoreMigrations.supported)
        let secrets = withSecrets ? SecretBox(try KeyRing(path: settings.required(.masterKeysFile))) : nil
        return Store(pool: pool, secrets: secrets)
    }

    /// The queue's shards: as many as the settings say, spread over the Redis servers that they name.
    func queues() throws -> JobQueues {
        let urls = try settings.redisURLs()
        let count = try settings.number(.queueShards, in: 1...16)
        let lease = try settings.number(.leaseSeconds, in: 1...3_600)
        let name = settings.text(.queueName) ?? ""
        return JobQueues(
            try (0..<max(count, urls.count)).map { number in
                var queueSettings = JobQueueSettings(shard: "\(name)\(number)", queues: QueueNames.all)
                queueSettings.lease = .seconds(lease)
                queueSettings.heartbeat = .milliseconds(lease * 300)
                queueSettings.reaperInterval = .milliseconds(lease * 200)
                let configuration = try RedisConfiguration(url: urls[number % urls.count])
                return JobQueue(client: RedisClient(configuration), settings: queueSettings)
            })
    }

    var outboundPolicy: OutboundPolicy {
        get throws { OutboundPolicy(allowPrivateHosts: try settings.truth(.allowPrivateMailHosts)) }
    }

    func signIn(_ resolver: HostResolver) throws -> MailboxSignIn {
        var options = IMAPConnectionOptions()
        if let file = settings.text(.mailTrustRootsFile) { options.trustRoots = .file(file) }
        return MailboxSignIn(
            resolver: resolver, policy: try outboundPolicy, options: options,
            group: MultiThreadedEventLoopGroup.singleton)
    }

    func connector(_ store: Store) throws -> AccountConnector {
        let resolver = HostResolver()
        let trust: TrustRoots = settings.text(.mailTrustRootsFile).map { .file($0) } ?? .system
        return AccountConnector(
            store: store, signIn: try signIn(resolver), resolver: resolver, policy: try outboundPolicy,
            transfer: TransferEngine(), trustRoots: trust)
    }

    /// - Parameter trial: for a process that has its job alone (``AccountVisitor/Trial``).
    func engine(_ store: Store, trial: AccountVisitor.Trial? = nil) throws -> AccountVisitor {
        let signIn = try signIn(HostResolver())
        // Each engine counts for itself: several of a process have their own stores and ends.
        let permits = ConnectionPermits(
            store: store, holder: "\(ProcessIdentity.name)/\(UUID().uuidString.prefix(8))",
            usual: try settings.number(.accountConnections, in: 1...1_000), log: logging.logger("connections"))
        return AccountVisitor(
            store: store,
            openMailbox: { account, wantsToStay in
                let opened = try await permits.open(account, wantsToStay: wantsToStay) {
                    try await signIn.open(account, secretsFrom: store)
                }
                return OpenedMailbox(opened.mailbox, mayStay: opened.mayStay)
            }, trial: trial, log: logging.logger("sync"))
    }

    /// - Parameter apart: whether this process is one that runs a single job, which no other shall be made for.
    func worker(_ queues: JobQueues, apart: Bool = false) async throws -> WorkerService {
        let store = try await store(role: .worker, withSecrets: true)
        return WorkerService(
            queues: queues, store: store, engine: try engine(store), settings: try workerSettings(),
            isolate: apart ? nil : IsolatedRun(log: logging.logger("worker")).run, log: logging.logger("worker"))
    }

    /// What carries jobs out, without a pool.
    ///
    /// - Parameter trial: for a process that has its job alone (``AccountVisitor/Trial``).
    func handler(_ store: Store, trial: AccountVisitor.Trial? = nil) throws -> JobHandler {
        let log = logging.logger("worker")
        return JobHandler(
            store: store, engine: try engine(store, trial: trial),
            ledger: JobLedger(store: store, worker: ProcessIdentity.name, log: log), log: log)
    }

    func workerSettings() throws -> WorkerPoolSettings {
        var pool = WorkerPoolSettings(concurrency: try settings.number(.workerConcurrency, in: 1...1_000))
        pool.identity = ProcessIdentity.worker
        pool.queues = try settings.workerQueues()
        // A visit reports after each checkpoint; what takes longer than this between two is stuck.
        pool.progressLimit = { $0 == AccountJob.syncKind ? .seconds(900) : .seconds(3_600) }
        return pool
    }
}
