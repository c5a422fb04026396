/// Which server answers, and as whom: what must not change under a queue that trusts its content.
///
/// It comes from INFO, so that a user without the right to CONFIG can read it.
package struct RedisServerIdentity: Sendable, Hashable {
    package enum Role: String, Sendable, Hashable {
        case master
        case replica = "slave"
    }

    /// New with every start of the process; 40 hexadecimal digits.
    package let runID: String
    /// Names the history of the data; a promoted replica begins a new one. 40 hexadecimal digits.
    package let masterReplicationID: String
    package let role: Role
    /// Of Redis, such as `7.0.15`; Valkey says here which Redis it is compatible with.
    package let version: String
    /// What happens at the memory limit; a queue needs `noeviction`.
    package let maxmemoryPolicy: String
    /// Bytes in use.
    package let usedMemory: Int64
    /// The limit in bytes; 0 for none.
    package let maxmemory: Int64

    /// The command whose reply holds it all.
    static let command = RedisCommand("INFO", "server", "replication", "memory")

    /// - Throws: ``RedisError/unexpectedReply(_:)``, which names the missing field.
    init(_ info: RedisInfo) throws(RedisError) {
        func text(_ name: String) throws(RedisError) -> String {
            guard let value = info[name], !value.isEmpty else { throw .unexpectedReply("INFO without \(name)") }
            return value
        }
        func bytes(_ name: String) throws(RedisError) -> Int64 {
            guard let value = info.integer(name) else { throw .unexpectedReply("INFO without a number in \(name)") }
            return value
        }
        guard let role = Role(rawValue: try text("role")) else { throw .unexpectedReply("INFO with an unknown role") }
        self.role = role
        runID = try text("run_id")
        masterReplicationID = try text("master_replid")
        version = try text("redis_version")
        maxmemoryPolicy = try text("maxmemory_policy")
        usedMemory = try bytes("used_memory")
        maxmemory = try bytes("maxmemory")
    }
}

extension RedisClient {
    /// Asks the server who it is.
    /// - Throws: ``RedisError``; ``RedisError/server(_:)`` with `NOPERM` for a user without the right to INFO.
    package func identity(timeout: Duration? = nil) async throws(RedisError) -> RedisServerIdentity {
        let reply = try await send(RedisServerIdentity.command, timeout: timeout)
        guard let text = reply.string else { throw .unexpectedReply("\(reply.kind) to INFO") }
        return try RedisServerIdentity(RedisInfo(text))
    }
}
