import Foundation
import Redis
import Testing

/// The Redis that all tests of a run share, each under names of its own.
enum SharedRedis {
    static let url = ProcessInfo.processInfo.environment["POSTRIDER_TEST_REDIS_URL"]

    /// Without a URL a run in CI goes on, and fails; elsewhere the test is skipped by name.
    static let isAvailable = url != nil || ProcessInfo.processInfo.environment["CI"] == "true"

    /// Runs `body` with a client and closes it.
    static func withClient<Result: Sendable>(
        changing changes: [(inout RedisConfiguration) -> Void] = [],
        body: (RedisClient) async throws -> Result
    ) async throws -> Result {
        var configuration = try RedisConfiguration(
            url: try #require(url, "POSTRIDER_TEST_REDIS_URL names no Redis for tests"))
        for change in changes { change(&configuration) }
        return try await Self.withClient(configuration, body: body)
    }

    static func withClient<Result: Sendable>(
        _ configuration: RedisConfiguration, body: (RedisClient) async throws -> Result
    ) async throws -> Result {
        let client = RedisClient(configuration)
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }
}

extension Trait where Self == ConditionTrait {
    static var needsSharedRedis: Self {
        .enabled(if: SharedRedis.isAvailable, "POSTRIDER_TEST_REDIS_URL names no Redis for tests")
    }

    static var needsRedisServer: Self {
        .enabled(if: PrivateRedisServer.isAvailable, "redis-server is not in the PATH")
    }
}

/// A change of one property, for what is made inside a test's scope.
func set<Root, Value>(_ path: WritableKeyPath<Root, Value>, to value: Value) -> (inout Root) -> Void {
    { $0[keyPath: path] = value }
}
