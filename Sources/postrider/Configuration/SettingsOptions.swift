import ArgumentParser

/// The flags that every command takes.
struct SettingsOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: "A JSON file with settings.")
    var file: String?

    @Option(help: ArgumentHelp("PostgreSQL (POSTRIDER_DATABASE_URL).", valueName: "url"))
    var databaseUrl: String?

    @Option(help: ArgumentHelp("Redis (POSTRIDER_REDIS_URL).", valueName: "url"))
    var redisUrl: String?

    @Option(help: ArgumentHelp("The key ring (POSTRIDER_MASTER_KEYS_FILE).", valueName: "path"))
    var masterKeysFile: String?

    @Option(help: ArgumentHelp("text or json (POSTRIDER_LOG_FORMAT).", valueName: "format"))
    var logFormat: String?

    @Option(help: ArgumentHelp("The least severe log line that is written (POSTRIDER_LOG_LEVEL).", valueName: "level"))
    var logLevel: String?

    @Option(
        help: ArgumentHelp(
            "Lets accounts name hosts that aren't public (POSTRIDER_ALLOW_PRIVATE_MAIL_HOSTS).", valueName: "true|false"
        ))
    var allowPrivateMailHosts: String?

    @Option(
        help: ArgumentHelp(
            "Certificates that mail servers are trusted by (POSTRIDER_MAIL_TRUST_ROOTS_FILE).", valueName: "path"))
    var mailTrustRootsFile: String?

    @Option(help: ArgumentHelp("How many shards the queue has (POSTRIDER_QUEUE_SHARDS).", valueName: "n"))
    var queueShards: String?

    @Option(help: ArgumentHelp("What the names of its shards begin with (POSTRIDER_QUEUE_NAME).", valueName: "name"))
    var queueName: String?

    @Option(help: ArgumentHelp("How long a silent worker keeps a job (POSTRIDER_LEASE_SECONDS).", valueName: "seconds"))
    var leaseSeconds: String?

    @Option(
        help: ArgumentHelp(
            "Where a role serves metrics and health; off unless given (POSTRIDER_METRICS_BIND).", valueName: "host:port"
        ))
    var metricsBind: String?

    @Option(
        help: ArgumentHelp(
            "Connections that an account may have (POSTRIDER_ACCOUNT_CONNECTIONS).", valueName: "n"))
    var accountConnections: String?

    /// The settings that all sources together give.
    func settings(_ more: [Settings.Key: String?] = [:]) async throws -> Settings {
        let given: [Settings.Key: String?] = [
            .databaseUrl: databaseUrl, .redisUrl: redisUrl, .masterKeysFile: masterKeysFile, .logFormat: logFormat,
            .logLevel: logLevel, .allowPrivateMailHosts: allowPrivateMailHosts, .mailTrustRootsFile: mailTrustRootsFile,
            .queueShards: queueShards, .queueName: queueName, .leaseSeconds: leaseSeconds, .metricsBind: metricsBind,
            .accountConnections: accountConnections,
        ]
        return try await Settings(flags: given.merging(more) { $1 }.compactMapValues { $0 }, file: file)
    }
}
