/// What a client connects to.
package enum RedisEndpoint: Sendable, Hashable {
    /// One server, always the same.
    case server(RedisAddress)
    /// Whichever server these sentinels call the master.
    case sentinels(RedisSentinels)
}

extension RedisEndpoint: CustomStringConvertible {
    /// The part of the URL between the user and the database.
    package var description: String {
        switch self {
        case .server(let address): "\(address)"
        case .sentinels(let sentinels): "\(sentinels)"
        }
    }
}
