import Foundation
import Redis
import Testing

/// A master, its replicas and their sentinels, all of a test's own: to be frozen and killed at will.
///
/// Servers and sentinels want passwords, and different ones.
final class PrivateSentinelSet: Sendable {
    static let service = "main"
    private static let serverPassword = "server secret"
    private static let sentinelPassword = "sentinel secret"

    let servers: [PrivateRedisServer]
    let sentinels: [PrivateRedisServer]
    private let folder: URL

    /// The server that was made the master at the start.
    var firstMaster: PrivateRedisServer { servers[0] }

    /// Runs `body` with a set whose members all know one another, and stops them afterwards.
    static func with<Result: Sendable>(
        replicas: Int = 2, sentinels: Int = 3, _ body: (PrivateSentinelSet) async throws -> Result
    ) async throws -> Result {
        let set = try PrivateSentinelSet(replicas: replicas, sentinels: sentinels)
        do {
            try await set.start()
            let result = try await body(set)
            await set.stop()
            try FileManager.default.removeItem(at: set.folder)
            return result
        } catch {
            await set.stop()
            throw error
        }
    }

    private init(replicas: Int, sentinels: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "postrider-sentinel-\(UUID().uuidString)")
        self.folder = folder
        var ports: Set<Int> = []
        while ports.count < 1 + replicas + sentinels { ports.insert(try PrivateRedisServer.freePort()) }
        let serverPorts = ports.prefix(1 + replicas)
        let master = try #require(serverPorts.first)
        servers = try serverPorts.map { port in
            let home = try Self.makeFolder("server-\(port)", in: folder)
            let replication = port == master ? [] : ["--replicaof", "127.0.0.1", "\(master)"]
            return PrivateRedisServer(
                port: port, folder: home,
                arguments: PrivateRedisServer.serverArguments(home, port) + [
                    "--requirepass", Self.serverPassword, "--masterauth", Self.serverPassword,
                    "--repl-diskless-sync-delay", "0",
                ] + replication,
                password: Self.serverPassword)
        }
        self.sentinels = try ports.dropFirst(1 + replicas).map { port in
            let home = try Self.makeFolder("sentinel-\(port)", in: folder)
            let settings = home.appending(path: "sentinel.conf")
            try Self.settings(port: port, home: home, master: master, quorum: sentinels / 2 + 1)
                .write(to: settings, atomically: true, encoding: .utf8)
            return PrivateRedisServer(
                port: port, folder: home, arguments: [settings.path, "--sentinel"], password: Self.sentinelPassword)
        }
    }

    private static func makeFolder(_ name: String, in parent: URL) throws -> URL {
        let folder = parent.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// A sentinel rewrites its file, so it is no matter of command-line options.
    private static func settings(port: Int, home: URL, master: Int, quorum: Int) -> String {
        """
        port \(port)
        bind 127.0.0.1
        dir "\(home.path)"
        logfile "sentinel.log"
        requirepass "\(sentinelPassword)"
        sentinel sentinel-pass "\(sentinelPassword)"
        sentinel monitor \(service) 127.0.0.1 \(master) \(quorum)
        sentinel auth-pass \(service) "\(serverPassword)"
        sentinel down-after-milliseconds \(service) 1000
        sentinel failover-timeout \(service) 4000
        sentinel parallel-syncs \(service) 2

        """
    }

    /// The way in, as an operator would write it.
    func url(service: String = service, sentinelPassword: String = sentinelPassword) throws -> String {
        func encoded(_ text: String) throws -> String {
            try #require(text.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        }
        let hosts = sentinels.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
        return try "redis+sentinel://:\(encoded(Self.serverPassword))@\(hosts)/\(service)/1"
            + "?sentinel_password=\(encoded(sentinelPassword))"
    }

    private func start() async throws {
        for server in servers { try await server.start() }
        // Sentinels ask a master for its replicas every ten seconds only, so these come first.
        try await SharedRedis.withClient(firstMaster.configuration) { client in
            try await Poll.until("the replicas are in step") {
                let text = try await client.send(RedisCommand("INFO", "replication")).string ?? ""
                return text.split(separator: "state=online").count == self.servers.count
            }
        }
        for sentinel in sentinels { try await sentinel.start() }
        for sentinel in sentinels {
            try await SharedRedis.withClient(sentinel.configuration) { client in
                try await Poll.until("the sentinels know one another") {
                    let parts = try await client.send(RedisCommand("SENTINEL", "MASTER", .string(Self.service))).array
                    let words = (parts ?? []).map { $0.string ?? "" }
                    let fields = Dictionary(
                        stride(from: 0, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) },
                        uniquingKeysWith: { $1 })
                    return fields["num-slaves"] == "\(self.servers.count - 1)"
                        && fields["num-other-sentinels"] == "\(self.sentinels.count - 1)"
                        && fields["flags"] == "master"
                }
            }
        }
    }

    private func stop() async {
        for process in sentinels + servers { await process.stop() }
    }
}
