/// What came of asking one sentinel for the master.
enum SentinelAnswer: Hashable {
    case master(RedisAddress)
    /// It serves, and watches no service of that name.
    case unknownService
    /// It refused the sign-in or the question.
    case refused(RedisServerError)
    /// TLS failed.
    case tls(String)
    /// No answer, or none that can be understood; says why.
    case silent(String)

    /// The reply to `SENTINEL get-master-addr-by-name`.
    init(_ reply: RedisValue) {
        switch reply {
        case .null: self = .unknownService
        case .error(let error): self = error.isTransient ? .silent("it answered \(error.code)") : .refused(error)
        case .array(let parts):
            guard parts.count == 2, let host = parts[0].string, let port = parts[1].integer, !host.isEmpty,
                (1...65_535).contains(port)
            else { fallthrough }
            self = .master(RedisAddress(host: host, port: Int(port)))
        case .simple, .integer, .bulk: self = .silent("it answered with a \(reply.kind) in place of an address")
        }
    }
}

extension SentinelAnswer: CustomStringConvertible {
    var description: String {
        switch self {
        case .master(let address): "it names \(address)"
        case .unknownService: "it knows no service of that name"
        case .refused(let error): "it refused with \(error.code)"
        case .tls(let reason): "TLS: \(reason)"
        case .silent(let reason): reason
        }
    }
}
