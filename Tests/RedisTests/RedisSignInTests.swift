import Failure
import Foundation
import Testing

@testable import Redis

@Suite(.needsRedisServer) struct RedisSignInTests {
    private static func withUsers<Result: Sendable>(
        _ body: (PrivateRedisServer) async throws -> Result
    ) async throws -> Result {
        try await PrivateRedisServer.with(
            arguments: { _, _ in
                ["--requirepass", "main", "--user", "worker", "on", ">wo/rk", "~*", "+@all", "-client"]
            },
            probe: { try RedisConfiguration(url: "redis://:main@127.0.0.1:\($0.port)") }, body)
    }

    @Test(
        "an ACL user signs in, even one that may not set a name",
        arguments: [
            ("worker", "wo%2Frk"), ("", "main"), ("default", "main"),
        ])
    func users(user: String, password: String) async throws {
        try await Self.withUsers { server in
            let configuration = try RedisConfiguration(url: "redis://\(user):\(password)@127.0.0.1:\(server.port)")
            try await SharedRedis.withClient(configuration) { client in
                let name = try await client.send(RedisCommand("ACL", "WHOAMI")).string
                #expect(name == (user.isEmpty ? "default" : user))
            }
        }
    }

    @Test("a refused sign-in fails waiting commands at once, and says so without the password")
    func refused() async throws {
        try await Self.withUsers { server in
            for (url, code) in [
                ("redis://worker:hunter2@127.0.0.1", "WRONGPASS"), ("redis://nobody:hunter2@127.0.0.1", "WRONGPASS"),
                ("redis://127.0.0.1", "NOAUTH"),
            ] {
                let configuration = try RedisConfiguration(url: "\(url):\(server.port)")
                try await SharedRedis.withClient(configuration) { client in
                    let error = await #expect(throws: RedisError.self) {
                        try await client.send(RedisCommand("PING"), timeout: .seconds(60))
                    }
                    guard case .signInRefused(let refusal) = error else { return #expect(Bool(false), "\(url)") }
                    #expect(refusal.code == code)
                    #expect(error?.disposition == .needsUser)
                    #expect(!"\(refusal.message)".contains("hunter2"))
                }
            }
        }
    }
}
