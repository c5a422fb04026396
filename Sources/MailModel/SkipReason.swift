/// Why a server UID of a watched folder was not stored. Together with the placements the skipped ranges equal the
/// server's set.
package enum SkipReason: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its thread's newest message was older than the window when syncing started.
    case tooOld = "too_old"
    /// It arrived after the start but is old itself, moved in or imported in bulk, and its thread is not synced.
    case oldArrival = "old_arrival"
    /// The server lists it and gives no body for it, again and again.
    case unfetchable
    /// It is larger than the bound on one message.
    case tooLarge = "too_large"
    /// It crashes or stalls whoever parses it, and is held apart with its raw bytes.
    case quarantined
}
