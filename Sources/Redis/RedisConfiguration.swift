/// Where a Redis server is, who we are there, and how long we wait for it.
///
/// Its descriptions never show the password.
package struct RedisConfiguration: Sendable, Hashable {
    /// Name or address of the server.
    package var host: String
    /// TCP port.
    package var port: Int
    /// ACL user; nil signs in as `default`.
    package var username: String?
    /// Password of the user; nil sends no AUTH at all.
    package var password: RedisPassword?
    /// Logical database, 0 by default.
    package var database: Int
    /// Whether the connection is TLS from its first byte (`rediss`). The certificate is always verified.
    package var usesTLS: Bool
    /// PEM file of the authorities to trust in place of the system's.
    package var trustRootsFile: String?
    /// What `CLIENT LIST` shows; no blanks.
    package var clientName: String

    /// Time for TCP, TLS, sign-in and database selection together.
    package var connectTimeout: Duration = .seconds(5)
    /// Time from ``RedisClient/send(_:timeout:)`` to its reply, waiting for a connection included.
    package var commandTimeout: Duration = .seconds(5)
    /// Commands written and not yet answered on the connection; more wait their turn unwritten.
    package var maximumInFlight = 8_192
    /// Commands accepted and not yet answered, written or not; more are refused with ``RedisError/overloaded(outstanding:)``.
    package var maximumOutstanding = 65_536
    /// Bytes of one reply; a server that sends more loses the connection.
    package var maximumReplyBytes = 64 << 20
    /// Elements of one array, nested ones counted apart.
    package var maximumArrayElements = 1 << 20
    /// First pause before a reconnect; doubles with each failure in a row.
    package var reconnectBase: Duration = .milliseconds(50)
    /// Longest pause before a reconnect.
    package var reconnectCap: Duration = .seconds(2)

    /// A plain connection without a password; for everything else there is ``init(url:trustRootsFile:)``.
    package init(
        host: String, port: Int = 6379, username: String? = nil, password: RedisPassword? = nil, database: Int = 0,
        usesTLS: Bool = false, trustRootsFile: String? = nil, clientName: String = "postrider"
    ) {
        self.host = host
        self.port = port
        self.username = username
        self.password = password
        self.database = database
        self.usesTLS = usesTLS
        self.trustRootsFile = trustRootsFile
        self.clientName = clientName
    }
}

extension RedisConfiguration: CustomStringConvertible {
    /// The URL without user and password.
    package var description: String {
        let shownHost = host.contains(":") ? "[\(host)]" : host
        return "\(usesTLS ? "rediss" : "redis")://\(shownHost):\(port)/\(database)"
    }
}
