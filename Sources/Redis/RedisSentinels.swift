/// The sentinels of one service, and who we are there: they have users and passwords of their own.
package struct RedisSentinels: Sendable, Hashable {
    /// At least one; the order means nothing.
    package var addresses: [RedisAddress]
    /// The name under which the sentinels watch the master (`sentinel monitor NAME …`).
    package var service: String
    /// ACL user at the sentinels; nil signs in as `default`.
    package var username: String?
    /// Password at the sentinels; nil sends no AUTH at all.
    package var password: RedisPassword?

    package init(
        addresses: [RedisAddress], service: String, username: String? = nil, password: RedisPassword? = nil
    ) {
        self.addresses = addresses
        self.service = service
        self.username = username
        self.password = password
    }
}

extension RedisSentinels: CustomStringConvertible {
    /// As in a URL, without user and password.
    package var description: String { addresses.map(\.description).joined(separator: ",") + "/\(service)" }
}
