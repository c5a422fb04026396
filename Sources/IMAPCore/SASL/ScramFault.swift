/// Why a SCRAM exchange can't be brought to its end.
package enum ScramFault: Error, Sendable, Hashable {
    /// The server's message is not what the mechanism has at that point.
    case malformed
    /// The server's nonce does not begin with ours: its message answers another exchange.
    case foreignNonce
    /// The server wants more rounds of hashing than are done for anyone.
    case tooManyRounds(Int)
    /// The server's own word for why it refuses, for instance `invalid-proof`.
    case refused(String)
    /// The server could not show that it knows the password.
    case unproven
}
