import Foundation
import Testing

@testable import Redis

/// What happens when the server goes away, freezes or forgets: each test has a server of its own.
@Suite(.needsRedisServer) struct RedisServerLossTests {
    @Test("a command in flight when the server dies is unknown; one that waits goes to the next server")
    func restart() async throws {
        try await PrivateRedisServer.with { server in
            try await SharedRedis.withClient(server.configuration) { client in
                _ = try await client.send(RedisCommand("PING"))
                let inFlight = Task { try await client.send(RedisCommand("BLPOP", "k", "0"), timeout: .seconds(30)) }
                try await Self.waitUntilBlocked(server)

                await server.stop()
                await #expect {
                    try await inFlight.value
                } throws: {
                    guard case RedisError.unknownWhetherExecuted = $0 else { return false }
                    return true
                }
                let waiting = Task { try await client.send(RedisCommand("ECHO", "b"), timeout: .seconds(30)) }
                try await server.start()
                let reply = try await waiting.value.string
                #expect(reply == "b")
            }
        }
    }

    @Test("without a server a command fails at its deadline, unsent, saying why")
    func noServer() async throws {
        try await PrivateRedisServer.with { server in
            await server.stop()
            try await SharedRedis.withClient(server.configuration) { client in
                _ = await #expect {
                    try await client.send(RedisCommand("PING"), timeout: .milliseconds(200))
                } throws: {
                    guard case RedisError.notSent(let reason) = $0 else { return false }
                    return !reason.isEmpty
                }
            }
        }
    }

    @Test("a frozen server is given up, and its connection with it")
    func frozen() async throws {
        try await PrivateRedisServer.with { server in
            var configuration = server.configuration
            configuration.commandTimeout = .milliseconds(300)
            try await SharedRedis.withClient(configuration) { client in
                let first = try await client.send(RedisCommand("CLIENT", "ID")).integer
                server.signal(SIGSTOP)
                await #expect(throws: RedisError.timedOut) { try await client.send(RedisCommand("PING")) }
                // By the deadline of the next the connection has been silent for long enough.
                await #expect(throws: RedisError.self) { try await client.send(RedisCommand("PING")) }
                server.signal(SIGCONT)
                let second = try await client.send(RedisCommand("CLIENT", "ID"), timeout: .seconds(20)).integer
                #expect(first != second)
            }
        }
    }

    @Test("a server that lost its scripts is given them again")
    func noScript() async throws {
        try await PrivateRedisServer.with { server in
            try await SharedRedis.withClient(server.configuration) { client in
                let script = RedisScript("return 5")
                let before = try await client.run(script, keys: [])
                _ = try await client.send(RedisCommand("SCRIPT", "FLUSH"))
                let after = try await client.run(script, keys: [])
                #expect(before == .integer(5) && after == before)
            }
        }
    }

    private static func waitUntilBlocked(_ server: PrivateRedisServer) async throws {
        try await SharedRedis.withClient(server.configuration) { other in
            while try await other.send(RedisCommand("CLIENT", "LIST")).string?.contains("cmd=blpop") != true {}
        }
    }
}
