import AccountJobs
import Configuration
import Foundation
import Logging
import JobQueue
import Postgres
import Redis
import StatusHTTP
import SystemPackage
import Telemetry

/// The program's settings, from flags, then the environment, then a file. Each has one name in three spellings:
/// `--database-url`, `POSTRIDER_DATABASE_URL`, and `databaseUrl` in the file.
struct Settings: Sendable {
    /// One setting that can be given.
    enum Key: String, CaseIterable, Sendable {
        case databaseUrl, redisUrl, masterKeysFile, logFormat, logLevel, allowPrivateMailHosts, mailTrustRootsFile
        case queueShards, queueName, leaseSeconds, workerConcurrency, workerQueues, metricsBind
        case accountConnections

        var environmentName: String { "POSTRIDER_" + snake.uppercased() }
        var flagName: String { "--" + snake.replacing("_", with: "-") }

        private var snake: String {
            rawValue.reduce(into: "") { text, character in
                if character.isUppercase { text += "_" }
                text += character.lowercased()
            }
        }

        var meaning: String {
            switch self {
            case .databaseUrl: "where PostgreSQL is, postgres://user:password@host:port/database"
            case .redisUrl:
                "where Redis is: redis:// or rediss://user:password@host:port, or redis+sentinel://; several parted by blanks"
            case .masterKeysFile:
                "the key ring that seals account secrets, a line a key, id:base64 of 32 bytes, mode 0600"
            case .logFormat: "text or json"
            case .logLevel: "trace, debug, info, notice, warning, error or critical"
            case .allowPrivateMailHosts: "true lets accounts name mail hosts that are not public; for tests"
            case .mailTrustRootsFile:
                "certificates (PEM) that mail servers' certificates may be signed by, instead of the system's"
            case .queueShards: "how many shards the queue has; never fewer than there are Redis servers"
            case .queueName: "what the names of the queue's shards begin with; for several installations on one Redis"
            case .leaseSeconds: "how long a job belongs to a worker that is not heard of"
            case .workerConcurrency: "jobs that a worker runs at once"
            case .workerQueues: "the queues that a worker takes from, parted by commas; empty is all"
            case .metricsBind:
                "host:port where a role serves /metrics, /healthz and /readyz, to anybody who reaches it; empty is off"
            case .accountConnections:
                "connections to its mail server that an account may have, over all processes; `queue limit` says otherwise"
            }
        }

        /// `nil` where it must be given.
        var fallback: String? {
            switch self {
            case .databaseUrl, .redisUrl, .masterKeysFile, .mailTrustRootsFile: nil
            case .logFormat: "text"
            case .logLevel: "info"
            case .allowPrivateMailHosts: "false"
            case .queueShards: "1"
            case .queueName: ""
            case .leaseSeconds: "10"
            case .workerConcurrency: "4"
            case .workerQueues: ""
            case .metricsBind: ""
            case .accountConnections: "8"
            }
        }
    }

    private let reader: ConfigReader

    /// - Parameters:
    ///   - flags: those that were given.
    ///   - file: the path of a JSON file with one object; it must exist where it is named.
    init(flags: [Key: String], file: String?) async throws {
        var providers: [any ConfigProvider] = [
            InMemoryProvider(
                name: "flags",
                values: Dictionary(
                    uniqueKeysWithValues: flags.map {
                        (AbsoluteConfigKey([$0.key.rawValue]), ConfigValue(.string($0.value), isSecret: false))
                    })),
            EnvironmentVariablesProvider().prefixKeys(with: "postrider"),
        ]
        if let file {
            do {
                providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(file)))
            } catch {
                throw SettingsError("the configuration file \(file) can't be read as one JSON object: \(error)")
            }
        }
        reader = ConfigReader(providers: providers)
    }

    /// A setting's text: as given, else its fallback.
    func text(_ key: Key) -> String? {
        reader.string(forKey: ConfigKey([key.rawValue])) ?? key.fallback
    }

    func required(_ key: Key) throws(SettingsError) -> String {
        guard let text = text(key), !text.isEmpty else {
            throw SettingsError(
                "\(key.environmentName) is not set: \(key.meaning) (or \(key.flagName), or \"\(key.rawValue)\" in the file)"
            )
        }
        return text
    }

    /// The Redis servers, at least one.
    func redisURLs() throws(SettingsError) -> [String] {
        let urls = try required(.redisUrl).split(whereSeparator: \.isWhitespace).map(String.init)
        guard !urls.isEmpty else { throw SettingsError("\(Key.redisUrl.environmentName) is empty") }
        return urls
    }

    /// The queues that a worker takes from, or nil for all.
    func workerQueues() throws(SettingsError) -> [String]? {
        let names = (text(.workerQueues) ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        if names.isEmpty { return nil }
        for name in names where !QueueNames.all.contains(name) {
            throw SettingsError(
                "\(Key.workerQueues.environmentName) names the queue \(name); there are \(QueueNames.all.joined(separator: ", "))"
            )
        }
        return names
    }

    func number(_ key: Key, in range: ClosedRange<Int>) throws(SettingsError) -> Int {
        let text = try required(key)
        guard let number = Int(text), range.contains(number) else {
            throw SettingsError(
                "\(key.environmentName) is \(text), which is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func truth(_ key: Key) throws(SettingsError) -> Bool {
        switch try required(key).lowercased() {
        case "true", "yes", "1": return true
        case "false", "no", "0": return false
        case let other: throw SettingsError("\(key.environmentName) is \(other), which is neither true nor false")
        }
    }

    /// Where metrics and health are served; `nil` where they aren't.
    func statusAddress() throws(SettingsError) -> StatusAddress? {
        guard let text = text(.metricsBind), !text.isEmpty else { return nil }
        guard let address = StatusAddress(text) else {
            throw SettingsError("\(Key.metricsBind.environmentName) is \(text), which is no host:port")
        }
        return address
    }

    func logging() throws(SettingsError) -> LogSettings {
        let format = try required(.logFormat)
        guard let logFormat = LogFormat(rawValue: format) else {
            throw SettingsError("\(Key.logFormat.environmentName) is \(format), which is neither text nor json")
        }
        let level = try required(.logLevel)
        guard let logLevel = Logger.Level(rawValue: level) else {
            throw SettingsError("\(Key.logLevel.environmentName) is \(level), which is no log level")
        }
        return LogSettings(format: logFormat, level: logLevel)
    }
}
