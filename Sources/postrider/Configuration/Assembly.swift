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

    func queue() throws -> JobQueue {
        var queueSettings = JobQueueSettings(shard: try settings.required(.queueShard))
        let lease = try settings.number(.leaseSeconds, in: 1...3_600)
        queueSettings.lease = .seconds(lease)
        queueSettings.heartbeat = .milliseconds(lease * 300)
        queueSettings.reaperInterval = .milliseconds(lease * 200)
        let configuration = try RedisConfiguration(url: settings.required(.redisUrl))
        return JobQueue(client: RedisClient(configuration), settings: queueSettings)
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

    func engine(_ store: Store) throws -> AccountVisitor {
        let signIn = try signIn(HostResolver())
        return AccountVisitor(
            store: store, openMailbox: { try await signIn.open($0, secretsFrom: store) }, log: logging.logger("sync"))
    }

    func worker() async throws -> WorkerService {
        let store = try await store(role: .worker, withSecrets: true)
        let concurrency = try settings.number(.workerConcurrency, in: 1...1_000)
        return WorkerService(
            queue: try queue(), engine: try engine(store),
            settings: WorkerPoolSettings(concurrency: concurrency),
            log: logging.logger("worker"))
    }
}
