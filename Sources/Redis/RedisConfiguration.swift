/// Where a Redis server is, who we are there, and how long we wait for it.
///
/// Its descriptions never show a user or a password.
package struct RedisConfiguration: Sendable, Hashable {
    /// The server, or the sentinels that name it.
    package var endpoint: RedisEndpoint
    /// ACL user at the server; nil signs in as `default`.
    package var username: String?
    /// Password of the user; nil sends no AUTH at all.
    package var password: RedisPassword?
    /// Logical database, 0 by default.
    package var database: Int
    /// Whether connections are TLS from their first byte (`rediss`), to the sentinels as well. Certificates are always
    /// verified: with sentinels for the name or address that they give of the server.
    package var usesTLS: Bool
    /// PEM file of the authorities to trust in place of the system's.
    package var trustRootsFile: String?
    /// What `CLIENT LIST` shows; no blanks.
    package var clientName: String

    /// Time for TCP, TLS, sign-in and database selection together, at one server.
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
    /// Time for TCP, TLS, sign-in and answer at one sentinel.
    package var sentinelTimeout: Duration = .seconds(1)
    /// Longest pause between two questions to a sentinel whether the server that we use is still the master; a quarter
    /// of it is left to chance.
    package var sentinelInterval: Duration = .seconds(2)

    /// A plain connection without a password; for everything else there is ``init(url:trustRootsFile:)``.
    package init(
        host: String, port: Int = 6379, username: String? = nil, password: RedisPassword? = nil, database: Int = 0,
        usesTLS: Bool = false, trustRootsFile: String? = nil, clientName: String = "postrider"
    ) {
        self.init(
            endpoint: .server(RedisAddress(host: host, port: port)), username: username, password: password,
            database: database, usesTLS: usesTLS, trustRootsFile: trustRootsFile, clientName: clientName)
    }

    package init(
        endpoint: RedisEndpoint, username: String? = nil, password: RedisPassword? = nil, database: Int = 0,
        usesTLS: Bool = false, trustRootsFile: String? = nil, clientName: String = "postrider"
    ) {
        self.endpoint = endpoint
        self.username = username
        self.password = password
        self.database = database
        self.usesTLS = usesTLS
        self.trustRootsFile = trustRootsFile
        self.clientName = clientName
    }
}

extension RedisConfiguration: CustomStringConvertible {
    /// The URL without users and passwords.
    package var description: String {
        let scheme = usesTLS ? "rediss" : "redis"
        return switch endpoint {
        case .server: "\(scheme)://\(endpoint)/\(database)"
        case .sentinels: "\(scheme)+sentinel://\(endpoint)/\(database)"
        }
    }
}
