import Failure
import Foundation
import Testing

@testable import Redis

/// Failovers of which the client's own server says nothing, or says it only by its errors: sentinels that a test words.
@Suite(.needsRedisServer, .serialized) struct LostFailoverTests {
    private static func configuration(_ sentinels: [FakeSentinel], interval: Duration) -> RedisConfiguration {
        var configuration = RedisConfiguration(
            endpoint: .sentinels(RedisSentinels(addresses: sentinels.map(\.address), service: "main")))
        configuration.sentinelInterval = interval
        return configuration
    }

    private static func with(
        _ body: (_ old: PrivateRedisServer, _ new: PrivateRedisServer, [FakeSentinel]) async throws -> Void
    ) async throws {
        try await PrivateRedisServer.with { old in
            try await PrivateRedisServer.with { new in
                try await FakeSentinel.with(count: 3, naming: RedisAddress(host: "127.0.0.1", port: old.port)) {
                    try await body(old, new, $0)
                }
            }
        }
    }

    /// The port of the server that answers, or nil if none did.
    private static func port(_ client: RedisClient) async throws -> Int? {
        do throws(RedisError) {
            let text = try await client.send(RedisCommand("INFO", "server")).string ?? ""
            return RedisInfo(text).integer("tcp_port").map { Int($0) }
        } catch {
            #expect(error.disposition == .retryLater, "\(error)")
            return nil
        }
    }

    // Fails without MasterFollower's watch: the old master goes on serving.
    @Test("a master that was replaced and never heard of it is left once most sentinels name another")
    func partitioned() async throws {
        try await Self.with { old, new, sentinels in
            let configuration = Self.configuration(sentinels, interval: .milliseconds(100))
            try await SharedRedis.withClient(configuration) { client in
                #expect(try await Self.port(client) == old.port)
                let connection = try await client.send(RedisCommand("CLIENT", "ID")).integer
                sentinels[0].name(RedisAddress(host: "127.0.0.1", port: new.port))
                // Every question shows at the sentinel; three rounds begin with each of them once.
                let asked = sentinels[0].questions
                try await Poll.until("three rounds passed") { sentinels[0].questions > asked + 6 }
                let same = try await client.send(RedisCommand("CLIENT", "ID")).integer
                #expect(same == connection, "one sentinel alone led the client away")

                sentinels[1].name(RedisAddress(host: "127.0.0.1", port: new.port))
                try await Poll.until("the client moved", within: .seconds(10)) {
                    try await Self.port(client) == new.port
                }
            }
        }
    }

    @Test("a server that answers READONLY is left at once, and used again by nobody who believes a stale sentinel")
    func demoted() async throws {
        try await Self.with { old, new, sentinels in
            // So long that only the error can be the reason.
            let configuration = Self.configuration(sentinels, interval: .seconds(600))
            try await SharedRedis.withClient(configuration) { client in
                _ = try await client.send(RedisCommand("SET", "a", "1"))
                try await SharedRedis.withClient(old.configuration) { direct in
                    _ = try await direct.send(RedisCommand("REPLICAOF", "127.0.0.1", .integer(Int64(new.port))))
                }
                let error = await #expect(throws: RedisError.self) {
                    try await client.send(RedisCommand("SET", "a", "2"))
                }
                guard case .server(let refusal) = error, refusal.code == "READONLY" else {
                    return #expect(Bool(false), "\(String(describing: error))")
                }
                let late = await #expect(throws: RedisError.self) {
                    try await client.send(RedisCommand("SET", "a", "3"), timeout: .milliseconds(1_500))
                }
                #expect(late.map { "\($0)".contains("the server is a replica") } == true, "\(String(describing: late))")
                let waiting = Task { try await client.send(RedisCommand("SET", "a", "4"), timeout: .seconds(30)) }
                sentinels[2].name(RedisAddress(host: "127.0.0.1", port: new.port))
                _ = try await waiting.value
                #expect(try await Self.port(client) == new.port)
            }
        }
    }
}
