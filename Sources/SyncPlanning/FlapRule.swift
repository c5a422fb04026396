package import MailModel

/// Whether a folder whose UIDVALIDITY changed is staged anew once more, or left alone for a while: one that changes it
/// again and again would be read whole each time.
package enum FlapRule {
    package enum Decision: Sendable, Hashable {
        case restage
        /// Leave the folder alone, say so, and look again then.
        case park(until: EpochSeconds)
    }

    /// How often an hour a folder may be staged anew.
    package static let bound = 5
    /// Seconds.
    package static let span: Int64 = 3_600

    /// - Parameters:
    ///   - restages: when the folder was staged anew before, in any order; older ones than an hour don't count.
    ///   - now: when it would be again.
    package static func decide(restages: some Sequence<EpochSeconds>, now: EpochSeconds) -> Decision {
        let recent = restages.reduce(0) { $0 + ($1 > now - span ? 1 : 0) }
        return recent >= bound ? .park(until: now + span) : .restage
    }
}
