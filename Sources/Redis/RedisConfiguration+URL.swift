private import FoundationEssentials

extension RedisConfiguration {
    /// Reads `redis://` or `rediss://` `user:password@host:port/database`.
    ///
    /// User and password are percent-decoded. `redis://:password@host` signs in as the default user.
    /// - Parameters:
    ///   - url: as above; the port defaults to 6379, the database to 0.
    ///   - trustRootsFile: PEM file of the authorities to trust in place of the system's; only with `rediss`.
    /// - Throws: ``RedisError/invalidConfiguration(_:)``, which never quotes the URL, since it may hold a password.
    package init(url: String, trustRootsFile: String? = nil) throws(RedisError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased() else {
            throw .invalidConfiguration("not a URL")
        }
        let usesTLS: Bool
        switch scheme {
        case "redis": usesTLS = false
        case "rediss": usesTLS = true
        case "redis+sentinel", "rediss+sentinel":
            throw .invalidConfiguration("\(scheme):// is not supported; give redis:// or rediss:// of the primary")
        default: throw .invalidConfiguration("the scheme must be redis or rediss")
        }
        guard let encodedHost = parts.host, !encodedHost.isEmpty else {
            throw .invalidConfiguration("the host is missing")
        }
        guard parts.query == nil, parts.fragment == nil else {
            throw .invalidConfiguration("a query or fragment means nothing here")
        }
        guard trustRootsFile == nil || usesTLS else {
            throw .invalidConfiguration("trust roots need rediss://")
        }
        let port = parts.port ?? 6379
        guard (1...65_535).contains(port) else { throw .invalidConfiguration("the port is out of range") }
        let user = parts.user ?? ""
        let password = parts.password ?? ""
        guard user.isEmpty || !password.isEmpty else { throw .invalidConfiguration("a user needs a password") }
        self.init(
            host: encodedHost.hasPrefix("[") ? String(encodedHost.dropFirst().dropLast()) : encodedHost,
            port: port,
            username: user.isEmpty ? nil : user,
            password: password.isEmpty ? nil : RedisPassword(password),
            database: try Self.database(path: parts.path),
            usesTLS: usesTLS,
            trustRootsFile: trustRootsFile
        )
    }

    private static func database(path: String) throws(RedisError) -> Int {
        let digits = path.hasPrefix("/") ? path.dropFirst() : path[...]
        if digits.isEmpty { return 0 }
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else {
            throw .invalidConfiguration("the path must be a database number")
        }
        return number
    }
}
