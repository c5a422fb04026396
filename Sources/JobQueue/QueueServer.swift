internal import Redis

/// The Redis that a shard is on, as an operator wants to see it.
package struct QueueServer: Sendable, Hashable {
    /// Of Redis; Valkey says here which Redis it is compatible with.
    package let version: String
    /// Whether it is a master. A replica can't serve a queue.
    package let isMaster: Bool
    /// Bytes in use.
    package let usedMemory: Int64
    /// The limit in bytes; nil for none.
    package let memoryLimit: Int64?
    /// What it does at the limit.
    package let evictionPolicy: String
    /// New with every start of its process.
    package let runID: String

    /// What its settings put at risk, a sentence each with the way out; empty where all is well.
    package var warnings: [String] { Self.warnings(evictionPolicy: evictionPolicy, memoryLimit: memoryLimit) }

    /// - Parameter memoryLimit: bytes; nil for none.
    package static func warnings(evictionPolicy: String, memoryLimit: Int64?) -> [String] {
        if evictionPolicy == "noeviction" { return [] }
        let danger =
            memoryLimit == nil
            ? "once it has a memory limit it will drop keys of the queue"
            : "at its memory limit it drops keys of the queue"
        return [
            "Redis's maxmemory-policy is \(evictionPolicy): \(danger), and jobs and limits with them; "
                + "set it to noeviction (CONFIG SET maxmemory-policy noeviction, and in redis.conf)"
        ]
    }
}

extension JobQueue {
    /// The shard's server as an operator wants to see it. It needs no epoch.
    package func serverHealth() async throws(JobQueueError) -> QueueServer {
        let identity = try await server()
        return QueueServer(
            version: identity.version, isMaster: identity.role == .master, usedMemory: identity.usedMemory,
            memoryLimit: identity.maxmemory == 0 ? nil : identity.maxmemory,
            evictionPolicy: identity.maxmemoryPolicy, runID: identity.runID)
    }
}
