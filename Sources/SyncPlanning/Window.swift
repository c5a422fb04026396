package import MailModel

/// Which messages of one folder are recent: the 72-hour rule (product.md §3), to the second.
///
/// Each folder has its own, since a folder chosen later counts from its own start. Pauses and failures never move it.
package struct Window: Hashable, Sendable {
    /// 72 hours.
    package static let standardSeconds: Int64 = 259_200

    /// T: when `Start syncing` was accepted for the folder, cut to the second.
    package let start: EpochSeconds
    /// How far it reaches back from T, in seconds; at least 0.
    package let seconds: Int64

    package init(start: EpochSeconds, seconds: Int64 = standardSeconds) {
        precondition(seconds >= 0, "a window reaches back from its start")
        self.start = start
        self.seconds = seconds
    }

    /// The first second that is inside.
    package var cutoff: EpochSeconds { start - seconds }

    package func contains(_ internalDate: EpochSeconds) -> Bool { internalDate >= cutoff }

    /// A moment of the day to give to IMAP's `SEARCH SINCE` so that the reply holds at least all that is inside.
    ///
    /// SINCE compares days without regard to zones (RFC 9051 §6.4.4), in the zone of the server or of the message, so
    /// one day before the UTC day of the cutoff is asked for, and the reply is cut exactly by ``contains(_:)``.
    package var searchSince: EpochSeconds { cutoff - 86_400 }

    /// The same folder's window, reaching back farther. What is inside already stays inside.
    package func widened(to seconds: Int64) -> Window { Window(start: start, seconds: max(seconds, self.seconds)) }
}
