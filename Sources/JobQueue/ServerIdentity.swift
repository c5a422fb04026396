package import Redis

/// Which server holds a shard's data, and which history of them: another one may have lost some.
package struct ServerIdentity: Sendable, Hashable {
    package let runID: String
    package let masterReplicationID: String

    package init(_ server: RedisServerIdentity) {
        runID = server.runID
        masterReplicationID = server.masterReplicationID
    }
}
