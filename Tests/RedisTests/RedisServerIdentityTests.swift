import Foundation
import Testing

@testable import Redis

@Suite struct RedisServerIdentityTests {
    private static let lines = [
        "# Server", "redis_version:7.0.15", "redis_mode:standalone", "os:Linux 6.1.0 x86_64",
        "run_id:0123456789abcdef0123456789abcdef01234567", "executable:/usr/bin/redis-server", "config_file:", "",
        "# Replication", "role:slave", "master_replid:fedcba9876543210fedcba9876543210fedcba98",
        "slave0:ip=127.0.0.1,port=7,state=online", "", "# Memory", "used_memory:1234567", "used_memory_human:1.18M",
        "maxmemory:0", "maxmemory_policy:noeviction", "",
    ]

    private static func info(without prefix: String? = nil) -> RedisInfo {
        RedisInfo(lines.filter { prefix == nil || !$0.hasPrefix(prefix ?? "") }.joined(separator: "\r\n"))
    }

    @Test("INFO is read field by field; headings, blank lines and empty values are no fields of their own")
    func fields() {
        let info = Self.info()
        #expect(info["os"] == "Linux 6.1.0 x86_64")
        #expect(info["executable"] == "/usr/bin/redis-server")
        #expect(info["slave0"] == "ip=127.0.0.1,port=7,state=online")
        #expect(info["config_file"] == "")
        #expect(info["# Server"] == nil && info["nothing"] == nil)
        #expect(info.integer("used_memory") == 1_234_567 && info.integer("used_memory_human") == nil)
        #expect(RedisInfo("").integer("used_memory") == nil)
    }

    @Test("an identity holds the fields by their meaning")
    func identity() throws {
        let identity = try RedisServerIdentity(Self.info())
        #expect(identity.runID == "0123456789abcdef0123456789abcdef01234567")
        #expect(identity.masterReplicationID == "fedcba9876543210fedcba9876543210fedcba98")
        #expect(identity.role == .replica && identity.version == "7.0.15")
        #expect(identity.maxmemoryPolicy == "noeviction" && identity.usedMemory == 1_234_567 && identity.maxmemory == 0)
    }

    @Test(
        "a reply that lacks a field is refused by the field's name",
        arguments: [
            "run_id", "master_replid", "role", "redis_version", "maxmemory_policy", "used_memory", "maxmemory:",
        ])
    func missing(_ field: String) {
        let error = #expect(throws: RedisError.self) { try RedisServerIdentity(Self.info(without: field)) }
        let name = field.hasSuffix(":") ? String(field.dropLast()) : field
        #expect(error.map { "\($0)".hasSuffix(name) } == true)
    }

    @Test("a server tells its identity to a user without CONFIG, and another one after its restart", .needsRedisServer)
    func live() async throws {
        try await PrivateRedisServer.with(
            arguments: { _, _ in
                ["--user", "worker", "on", ">secret", "~*", "+@all", "-config", "--maxmemory", "100mb"]
            }
        ) { server in
            let configuration = try RedisConfiguration(url: "redis://worker:secret@127.0.0.1:\(server.port)")
            try await SharedRedis.withClient(configuration) { client in
                await #expect(throws: RedisError.self) {
                    try await client.send(RedisCommand("CONFIG", "GET", "maxmemory"))
                }
                let before = try await client.identity()
                #expect(before.role == .master && before.version.contains("."))
                #expect(before.maxmemory == 100 << 20 && before.maxmemoryPolicy == "noeviction")
                #expect(before.usedMemory > 0 && before.runID.utf8.count == 40)
                let again = try await client.identity()
                #expect(again.runID == before.runID && again.masterReplicationID == before.masterReplicationID)
                await server.stop()
                try await server.start()
                let after = try await client.identity(timeout: .seconds(20))
                #expect(after.runID != before.runID && after.masterReplicationID != before.masterReplicationID)
            }
        }
    }
}
