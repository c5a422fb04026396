/// Whether messages that a server no longer lists may be let go at once (mail-exactness, *Expunge*).
package enum ExpungeRule {
    package enum Decision: Sendable, Hashable {
        /// Write tombstones.
        case apply
        /// Ask again on a second connection first: so many at once are more often a server's fault than a wish.
        case confirm
    }

    /// - Parameters:
    ///   - gone: placed UIDs missing from a complete, OK-tagged set under the same UIDVALIDITY.
    ///   - placed: how many were placed before.
    /// - Returns: `confirm` above 50 messages that are also more than 20 % of the folder.
    package static func decide(gone: Int, of placed: Int) -> Decision {
        gone > 50 && gone * 5 > placed ? .confirm : .apply
    }
}
