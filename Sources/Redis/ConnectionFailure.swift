/// Why a connection did not come up, or ended.
enum ConnectionFailure: Error, Hashable {
    /// The server refused AUTH or SELECT; the next attempt will fare no better without a person.
    case refused(RedisServerError)
    /// TLS failed before the connection was open; the same.
    case tls(String)
    /// What the configuration says doesn't fit what is there; the same.
    case misconfigured(String)
    /// The network, the server, or the stream of replies: another attempt may succeed.
    case broken(String)

    /// What commands that were never written are told at once, or nil if they shall wait for the next attempt.
    var refusal: RedisError? {
        switch self {
        case .refused(let error): .signInRefused(error)
        case .tls(let reason): .tlsFailed(reason)
        case .misconfigured(let reason): .invalidConfiguration(reason)
        case .broken: nil
        }
    }
}

extension ConnectionFailure: CustomStringConvertible {
    var description: String {
        switch self {
        case .refused(let error): "sign-in refused: \(error.code)"
        case .tls(let reason): "TLS: \(reason)"
        case .misconfigured(let reason), .broken(let reason): reason
        }
    }
}
