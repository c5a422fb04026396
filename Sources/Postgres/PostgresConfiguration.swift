internal import CLibPQ

/// Where the database is, who logs in, and what a connection is set to.
package struct PostgresConfiguration: Sendable {
    /// libpq's URL, which may hold the password and is therefore kept from descriptions.
    let url: String
    /// Where the URL leads, without the password.
    private let place: String
    /// How many hosts the URL lists; libpq tries them in order.
    let hostCount: Int

    /// A role taken on after the login (`SET ROLE`); nil stays with the login's own.
    package var role: String?
    /// What the server's `pg_stat_activity` calls the program.
    package var applicationName: String
    /// Seconds that one host is given to answer; at least 1.
    package var connectTimeout: Int
    /// Connections, and threads, at most; at least 1. They are made when first needed.
    package var poolSize: Int
    /// Settings of the server, made for every connection (`SET name = value`).
    package var settings: [String: String]

    /// What keeps a frozen program from blocking the rest: a transaction that idles ends after 5 s, and nobody waits
    /// for a lock longer than 2 s.
    package static let defaultSettings = ["idle_in_transaction_session_timeout": "5s", "lock_timeout": "2s"]

    /// - Parameters:
    ///   - url: `postgres://` or `postgresql://` as libpq reads it, unix sockets (`?host=/run/postgresql`), several
    ///     hosts and `sslmode` included.
    ///   - settings: replace ``defaultSettings`` wholly.
    /// - Throws: ``PostgresError`` of kind `configuration`, which never quotes the URL.
    package init(
        url: String,
        role: String? = nil,
        applicationName: String = "postrider",
        connectTimeout: Int = 5,
        poolSize: Int = 4,
        settings: [String: String] = Self.defaultSettings
    ) throws(PostgresError) {
        let options = try Self.parse(url)
        self.url = url
        self.hostCount = max(1, options["host", default: ""].split(separator: ",").count)
        let user = options["user"].map { "\($0)@" } ?? ""
        let host = options["host"] ?? options["hostaddr"] ?? "localhost"
        let port = options["port"].map { ":\($0)" } ?? ""
        place = "postgres://\(user)\(host)\(port)/\(options["dbname"] ?? "")"
        self.role = role
        self.applicationName = applicationName
        self.connectTimeout = max(1, connectTimeout)
        self.poolSize = max(1, poolSize)
        self.settings = settings
    }

    /// The URL's options as libpq reads them, without defaults.
    private static func parse(_ url: String) throws(PostgresError) -> [String: String] {
        // libpq's own words for a malformed URL quote it, so they are not passed on.
        let error = PostgresError(
            kind: .configuration, message: "the URL is not of the form postgres://user@host:port/database",
            activity: "reading the database's URL")
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else { throw error }
        guard let parsed = PQconninfoParse(url, nil) else { throw error }
        defer { PQconninfoFree(parsed) }
        var options: [String: String] = [:]
        var next = parsed
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val { options[String(cString: keyword)] = String(cString: value) }
            next += 1
        }
        return options
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// User, host, port and database; never the password.
    package var description: String { place }
    package var debugDescription: String { place }
    package var customMirror: Mirror { Mirror(self, children: ["place": place]) }
}
