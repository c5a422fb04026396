/// Which rule had a message fetched (product.md §3): kept with it, for whoever asks why it is here.
package enum TakenBy: String, Sendable, Hashable, CaseIterable {
    /// Inside the window at the first sync.
    case recent
    /// Part of a thread that has a recent message.
    case thread
    /// New since the start, and inside the window.
    case arrival
    /// New since the start, and in a thread that is synced.
    case arrivalInThread = "arrival_in_thread"
    /// Pulled for a reply to it, or a forward of it.
    case tracked
    /// Inside the window since that was widened.
    case widened
    /// Found again in a folder that isn't watched.
    case followed
    /// Fetched since its folder's UIDVALIDITY changed.
    case restaged
}
