package import MailModel

/// Whether a message that came to a watched folder after its start is synced (product.md §3, *From T on*).
package enum ArrivalRule {
    package enum Decision: Sendable, Hashable {
        case sync
        case skip(SkipReason)
    }

    /// - Parameters:
    ///   - internalDate: the arrival's. Mail that is moved in or imported keeps an old one.
    ///   - window: of the folder that it came to.
    ///   - threadIsSynced: whether one of its link keys belongs to a thread that is stored.
    package static func decide(internalDate: EpochSeconds, window: Window, threadIsSynced: Bool) -> Decision {
        if window.contains(internalDate) || threadIsSynced { return .sync }
        return .skip(.oldArrival)
    }
}
