import ArgumentParser
import Foundation
import MailStore
import Postgres
import Redis
import StatusHTTP

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "The program's settings.", subcommands: [Check.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints the effective settings, secrets masked, and what is wrong with them.")
        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON Lines: an object a setting.") var json = false

        private struct View: Encodable {
            let name: String
            let value: String?
            let problem: String?
        }

        func run() async throws {
            let settings = try await options.settings()
            var table = Table("SETTING", "VALUE", "")
            var wrong = false
            for key in Settings.Key.allCases {
                let (value, problem) = await Self.judge(key, settings)
                wrong = wrong || problem != nil
                if json {
                    try JSONLine.print(View(name: key.environmentName, value: value, problem: problem))
                } else {
                    table.row(key.environmentName, value ?? "(not set)", problem ?? "ok")
                }
            }
            if !json { table.print() }
            if wrong { throw ExitCode(1) }
        }

        private static func problemOfSchema(_ pool: PostgresPool) async -> String? {
            do {
                try await Migrator(pool: pool, migrations: StoreMigrations.all)
                    .requireSchema(in: StoreMigrations.supported)
                return nil
            } catch {
                return "\(error)"
            }
        }

        private static func problemOfRedis(_ configuration: RedisConfiguration) async -> String? {
            let client = RedisClient(configuration)
            let problem: String?
            do { problem = RedisAdvice.problem(of: try await client.identity()) } catch { problem = "\(error)" }
            await client.close()
            return problem
        }

        /// A setting as it may be shown, and what is wrong with it.
        private static func judge(_ key: Settings.Key, _ settings: Settings) async -> (String?, String?) {
            do {
                switch key {
                case .databaseUrl:
                    let configuration = try PostgresConfiguration(url: try settings.required(key))
                    let pool = try PostgresPool(configuration)
                    let problem = await Self.problemOfSchema(pool)
                    await pool.close()
                    return ("\(configuration)", problem)
                case .redisUrl:
                    let servers = try settings.redisURLs().map { try RedisConfiguration(url: $0) }
                    var problems: [String] = []
                    for server in servers {
                        if let problem = await Self.problemOfRedis(server) { problems.append(problem) }
                    }
                    return (
                        servers.map { "\($0)" }.joined(separator: ","),
                        problems.isEmpty ? nil : problems.joined(separator: "; ")
                    )
                case .masterKeysFile:
                    let path = try settings.required(key)
                    do {
                        _ = try KeyRing(path: path)
                        return (path, nil)
                    } catch {
                        return (path, "\(error)")
                    }
                case .logFormat, .logLevel:
                    _ = try settings.logging()
                    return (settings.text(key), nil)
                case .allowPrivateMailHosts:
                    _ = try settings.truth(key)
                    return (settings.text(key), nil)
                case .mailTrustRootsFile:
                    guard let path = settings.text(key) else { return ("(the system's)", nil) }
                    return (path, FileManager.default.isReadableFile(atPath: path) ? nil : "the file can't be read")
                case .queueShards:
                    _ = try settings.number(key, in: 1...16)
                    return (settings.text(key), nil)
                case .queueName: return (settings.text(key), nil)
                case .workerQueues:
                    return (try settings.workerQueues()?.joined(separator: ",") ?? "(all)", nil)
                case .leaseSeconds:
                    _ = try settings.number(key, in: 1...3_600)
                    return (settings.text(key), nil)
                case .workerConcurrency, .accountConnections:
                    _ = try settings.number(key, in: 1...1_000)
                    return (settings.text(key), nil)
                case .metricsBind:
                    return (try settings.statusAddress()?.description ?? "(off)", nil)
                }
            } catch {
                return (settings.text(key), "\(error)")
            }
        }
    }
}
