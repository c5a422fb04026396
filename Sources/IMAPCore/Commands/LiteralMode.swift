/// How a string that can't be quoted is sent (RFC 9051 §4.3, RFC 7888).
package enum LiteralMode: Sendable, Hashable {
    /// The client waits for `+` before each literal.
    case synchronising
    /// `{n+}`, without waiting, for literals up to `limit` octets; `nil` for any.
    case nonSynchronising(limit: Int?)

    func mayPass(_ count: Int) -> Bool {
        switch self {
        case .synchronising: false
        case .nonSynchronising(let limit): limit.map { count <= $0 } ?? true
        }
    }
}
