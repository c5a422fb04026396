import Foundation
import Redis
import Testing

/// A redis-server of a test's own, on a free port, with a folder of its own: to be flushed, stopped and killed at will.
final class PrivateRedisServer: Sendable {
    let port: Int
    let folder: URL
    private let arguments: [String]
    // Foundation's Process is not Sendable; it is started in `start` and then only asked for its id.
    private nonisolated(unsafe) var process: Process?

    /// Whether there is a server to start; without one a run in CI fails, and others skip by name.
    static let isAvailable =
        ProcessInfo.processInfo.environment["CI"] == "true"
        || (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/redis-server") }

    /// Runs `body` with a server that answers, and stops the server afterwards.
    /// - Parameters:
    ///   - arguments: further options of redis-server, made from its folder and port.
    ///   - probe: how to reach it, to see that it is up.
    static func with<Result: Sendable>(
        arguments: (URL, Int) throws -> [String] = { _, _ in [] },
        probe: (PrivateRedisServer) throws -> RedisConfiguration = {
            RedisConfiguration(host: "127.0.0.1", port: $0.port)
        },
        _ body: (PrivateRedisServer) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "postrider-redis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let port = try freePort()
        let server = PrivateRedisServer(port: port, folder: folder, arguments: try arguments(folder, port))
        do {
            try await server.start(probe: try probe(server))
            let result = try await body(server)
            await server.stop()
            try FileManager.default.removeItem(at: folder)
            return result
        } catch {
            await server.stop()
            throw error
        }
    }

    private init(port: Int, folder: URL, arguments: [String]) {
        self.port = port
        self.folder = folder
        self.arguments = arguments
    }

    var configuration: RedisConfiguration { RedisConfiguration(host: "127.0.0.1", port: port) }

    /// Starts it, also again after a stop, and waits until it answers, ten seconds at most.
    func start(probe: RedisConfiguration? = nil) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            [
                "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--dir", folder.path, "--save", "",
                "--appendonly", "no", "--logfile", "redis.log",
            ] + arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        self.process = process
        let client = RedisClient(probe ?? configuration)
        let end = ContinuousClock.now + .seconds(10)
        while true {
            let answer = try await client.pipeline([RedisCommand("PING")], timeout: .seconds(10))[0]
            guard case .failure(.server(let refusal)) = answer, refusal.code == "LOADING", ContinuousClock.now < end
            else {
                _ = try answer.get()
                break
            }
            // It reads what it kept.
            try await Task.sleep(for: .milliseconds(5))
        }
        await client.close()
    }

    /// Sends it a signal: SIGKILL to lose it, SIGSTOP and SIGCONT to freeze it for a while.
    func signal(_ number: Int32) {
        if let process, process.isRunning { kill(process.processIdentifier, number) }
    }

    /// Kills it and waits until it is gone.
    func stop() async {
        guard let process else { return }
        self.process = nil
        await withCheckedContinuation { continuation in
            // Waiting blocks, so it has a thread of its own.
            Thread.detachNewThread {
                if process.isRunning { kill(process.processIdentifier, SIGKILL) }
                process.waitUntilExit()
                continuation.resume()
            }
        }
    }

    /// How often it has executed a command since its statistics were reset, also from scripts; all commands without a name.
    func calls(of command: String? = nil, _ client: RedisClient) async throws -> Int {
        let text = try #require(try await client.send(RedisCommand("INFO", "commandstats")).string)
        var sum = 0
        for line in text.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":")
            guard parts.count == 2, parts[0].hasPrefix("cmdstat_") else { continue }
            if let command, parts[0] != "cmdstat_\(command)" { continue }
            guard let calls = parts[1].split(separator: ",").first?.split(separator: "=").last else { continue }
            sum += try #require(Int(calls))
        }
        return sum
    }

    static func freePort() throws -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port: UInt16? = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                guard bind(socket, pointer, length) == 0, getsockname(socket, pointer, &length) == 0 else { return nil }
                return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    UInt16(bigEndian: $0.pointee.sin_port)
                }
            }
        }
        return Int(try #require(port, "no free port"))
    }
}
