private import FoundationEssentials

extension RedisConfiguration {
    /// Reads `redis://` or `rediss://` `user:password@host:port/database`, or the same of sentinels:
    /// `redis+sentinel://` or `rediss+sentinel://` `user:password@host1:port1,host2:port2/service/database`, with
    /// `?sentinel_username=…&sentinel_password=…` where the sentinels want a sign-in of their own.
    ///
    /// Users, passwords and the service are percent-decoded. `redis://:password@host` signs in as the default user.
    /// - Parameters:
    ///   - url: as above; the port defaults to 6379, a sentinel's to 26379, the database to 0.
    ///   - trustRootsFile: PEM file of the authorities to trust in place of the system's; only with TLS.
    /// - Throws: ``RedisError/invalidConfiguration(_:)``, which never quotes the URL, since it may hold a password.
    package init(url: String, trustRootsFile: String? = nil) throws(RedisError) {
        guard let end = url.firstRange(of: "://") else { throw .invalidConfiguration("not a URL") }
        let usesTLS: Bool
        let isSentinel: Bool
        switch url[..<end.lowerBound].lowercased() {
        case "redis": (usesTLS, isSentinel) = (false, false)
        case "rediss": (usesTLS, isSentinel) = (true, false)
        case "redis+sentinel": (usesTLS, isSentinel) = (false, true)
        case "rediss+sentinel": (usesTLS, isSentinel) = (true, true)
        default:
            throw .invalidConfiguration("the scheme must be redis or rediss, or one of these with +sentinel")
        }
        guard trustRootsFile == nil || usesTLS else {
            throw .invalidConfiguration("trust roots need rediss://")
        }
        let parts = try RedisURLParts(url[end.upperBound...])
        let endpoint: RedisEndpoint
        let database: Substring
        if isSentinel {
            guard parts.path.count <= 2, let service = parts.path.first, !service.isEmpty else {
                throw .invalidConfiguration("the path must be /service or /service/database")
            }
            var (name, password): (String?, String?)
            for (key, value) in parts.query {
                switch key {
                case "sentinel_username" where name == nil: name = value
                case "sentinel_password" where password == nil: password = value
                default:
                    throw .invalidConfiguration(
                        "the query may hold sentinel_username and sentinel_password, once each, and nothing else")
                }
            }
            let signIn = try Self.signIn(user: name, password: password, of: "the sentinels' user")
            endpoint = .sentinels(
                RedisSentinels(
                    addresses: try parts.addresses(defaultPort: 26_379),
                    service: try RedisURLParts.decoded(service), username: signIn.user, password: signIn.password))
            database = parts.path.count == 2 ? parts.path[1] : ""
        } else {
            guard parts.query.isEmpty else { throw .invalidConfiguration("a query means nothing here") }
            guard parts.path.count <= 1 else {
                throw .invalidConfiguration("the path must be a database number")
            }
            let addresses = try parts.addresses(defaultPort: 6_379)
            guard addresses.count == 1 else {
                throw .invalidConfiguration("several hosts need redis+sentinel:// or rediss+sentinel://")
            }
            endpoint = .server(addresses[0])
            database = parts.path.first ?? ""
        }
        let signIn = try Self.signIn(user: parts.user, password: parts.password, of: "a user")
        self.init(
            endpoint: endpoint, username: signIn.user, password: signIn.password,
            database: try Self.database(database), usesTLS: usesTLS, trustRootsFile: trustRootsFile)
    }

    /// Empty means absent, and a user alone is of no use.
    private static func signIn(
        user: String?, password: String?, of whom: String
    ) throws(RedisError) -> (user: String?, password: RedisPassword?) {
        let user = user.flatMap { $0.isEmpty ? nil : $0 }
        let password = password.flatMap { $0.isEmpty ? nil : $0 }
        guard user == nil || password != nil else { throw .invalidConfiguration("\(whom) needs a password") }
        return (user, password.map(RedisPassword.init))
    }

    private static func database(_ digits: Substring) throws(RedisError) -> Int {
        if digits.isEmpty { return 0 }
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits) else {
            throw .invalidConfiguration("the database must be a number")
        }
        return number
    }
}
