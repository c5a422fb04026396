/// How the database server is, as an operator wants to see it.
package struct DatabaseHealth: Sendable, Hashable {
    /// Of PostgreSQL, such as `15.8`.
    package let version: String
    /// Bytes on disk, of this database.
    package let size: Int64
    /// Connections of all clients of the server.
    package let connections: Int
    /// How many it lets in.
    package let maxConnections: Int
    /// Seconds that the oldest wake-up has waited to be handed to the queue; 0 where none waits.
    package let outboxLagSeconds: Double
}
