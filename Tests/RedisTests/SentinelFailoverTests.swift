import Failure
import Foundation
import Synchronization
import Testing

@testable import Redis

/// Failovers by real sentinels; each test has servers and sentinels of its own, so they run one after another.
@Suite(.needsRedisServer, .serialized) struct SentinelFailoverTests {
    @Test("a client keeps working through the death of the master under a steady load")
    func killed() async throws {
        try await PrivateSentinelSet.with { set in
            try await SharedRedis.withClient(RedisConfiguration(url: set.url())) { client in
                let before = try await client.identity()
                let load = Load()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 { group.addTask { await load.run(on: client) } }
                    try await Poll.until("the load runs") { load.successes > 100 }
                    await set.firstMaster.stop()
                    // It is the server that answers now which proves the failover: whether a command was on its way at
                    // the moment of the kill, and so failed, is chance.
                    try await Self.untilServedByAnother(than: before, client)
                    let successes = load.successes
                    try await Poll.until("the load goes on") { load.successes > successes + 100 }
                    load.stop()
                    try await group.waitForAll()
                }
                for error in load.errors { #expect(error.disposition == .retryLater, "\(error)") }
                try await Self.expectMaster(of: set, servesWritesOf: client)
            }
        }
    }

    @Test("a frozen master is left for its successor, and comes back as a replica")
    func frozen() async throws {
        try await PrivateSentinelSet.with { set in
            var configuration = try RedisConfiguration(url: set.url())
            // Longer than this test may wait: it isn't a time-out which tells the client of the failover.
            configuration.commandTimeout = .seconds(600)
            try await SharedRedis.withClient(configuration) { client in
                let before = try await client.identity()
                set.firstMaster.signal(SIGSTOP)
                await #expect {
                    try await client.send(RedisCommand("SET", "a", "1"))
                } throws: {
                    guard case RedisError.unknownWhetherExecuted = $0 else { return false }
                    return true
                }
                try await Self.untilServedByAnother(than: before, client)
                _ = try await client.send(RedisCommand("SET", "a", "2"))

                set.firstMaster.signal(SIGCONT)
                try await SharedRedis.withClient(set.firstMaster.configuration) { old in
                    // It is told to follow some seconds after its return, and its clients are cut off then.
                    try await Poll.until("the old master became a replica") {
                        do throws(RedisError) {
                            return try await old.identity().role == .replica
                        } catch {
                            return false
                        }
                    }
                }
                try await Self.expectMaster(of: set, servesWritesOf: client)
                let kept = try await client.send(RedisCommand("GET", "a")).string
                #expect(kept == "2")
            }
        }
    }

    @Test("an unknown service, a wrong password and absent sentinels each give an error that says so")
    func errors() async throws {
        try await PrivateSentinelSet.with(replicas: 0, sentinels: 1) { set in
            let cases: [(url: String, needsUser: Bool, words: [String])] = [
                (try set.url(service: "other"), true, ["\"other\""]),
                (try set.url(sentinelPassword: "hunter2"), true, ["WRONGPASS", "sentinel_password"]),
                (try set.url(sentinelPassword: ""), true, ["NOAUTH", "sentinel_password"]),
                ("redis+sentinel://127.0.0.1:1,127.0.0.1:2/main", false, ["127.0.0.1:1", "127.0.0.1:2", "refused"]),
            ]
            for (url, needsUser, words) in cases {
                try await SharedRedis.withClient(RedisConfiguration(url: url)) { client in
                    let error = await #expect(throws: RedisError.self) {
                        try await client.send(RedisCommand("PING"), timeout: .seconds(needsUser ? 60 : 2))
                    }
                    #expect(error?.disposition == (needsUser ? .needsUser : .retryLater))
                    let text = error.map { "\($0)" } ?? ""
                    for word in words { #expect(text.lowercased().contains(word.lowercased()), "\(text)") }
                    #expect(!text.contains("hunter2"))
                }
            }
        }
    }

    private static func untilServedByAnother(
        than before: RedisServerIdentity, _ client: RedisClient
    ) async throws {
        // A failover is to be over by then.
        try await Poll.until("another server answers", within: .seconds(15)) {
            do throws(RedisError) {
                let now = try await client.identity()
                return now.runID != before.runID && now.role == .master
            } catch {
                #expect(error.disposition == .retryLater, "\(error)")
                return false
            }
        }
    }

    /// A write through the client is read at the server that the sentinels name now.
    private static func expectMaster(of set: PrivateSentinelSet, servesWritesOf client: RedisClient) async throws {
        let value = UUID().uuidString
        _ = try await client.send(RedisCommand("SET", "probe", .string(value)))
        let named = try await SharedRedis.withClient(set.sentinels[0].configuration) {
            try await $0.send(
                RedisCommand("SENTINEL", "get-master-addr-by-name", .string(PrivateSentinelSet.service)))
        }
        let master = try #require(set.servers.first { "\($0.port)" == named.array?.last?.string })
        #expect(master.port != set.firstMaster.port)
        var configuration = master.configuration
        configuration.database = 1
        let read = try await SharedRedis.withClient(configuration) {
            try await $0.send(RedisCommand("GET", "probe")).string
        }
        #expect(read == value)
    }

    /// Writes without a pause, and what came of them.
    private final class Load: Sendable {
        private struct State {
            var isStopped = false
            var successes = 0
            var errors: [RedisError] = []
        }

        private let state = Mutex(State())
        var successes: Int { state.withLock { $0.successes } }
        var errors: [RedisError] { state.withLock { $0.errors } }

        func stop() { state.withLock { $0.isStopped = true } }

        func run(on client: RedisClient) async {
            while !state.withLock({ $0.isStopped }) {
                do throws(RedisError) {
                    _ = try await client.send(RedisCommand("INCR", "load"))
                    state.withLock { $0.successes += 1 }
                } catch {
                    state.withLock { $0.errors.append(error) }
                }
            }
        }
    }
}
