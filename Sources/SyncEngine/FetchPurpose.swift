import MailModel
import MailStore
import SyncPlanning

/// Why messages are fetched: it decides what their rows say of how they came here, and whether one that answers old mail
/// has that pulled too (product.md §3).
enum FetchPurpose: Sendable {
    case firstSync
    case arrivals
    /// The thread of a reply to or a forward of old mail.
    case tracked

    /// - Parameter window: of the folder that the message lies in.
    func taken(internalDate: EpochSeconds, window: Window) -> TakenBy {
        let isRecent = window.contains(internalDate)
        switch self {
        case .firstSync:
            guard isRecent else { return .thread }
            return Window(start: window.start).contains(internalDate) ? .recent : .widened
        case .arrivals: return isRecent ? .arrival : .arrivalInThread
        case .tracked: return .tracked
        }
    }

    /// Whether a message may raise a tracked action. One that is pulled only since it belongs to a thread raises none.
    func mayRaise(internalDate: EpochSeconds, window: Window) -> Bool {
        switch self {
        case .firstSync: window.contains(internalDate)
        case .arrivals: true
        case .tracked: false
        }
    }
}
