/// Where an account stands, as product.md §6 spells it.
///
/// ```
/// connected ─start─▶ initial_sync ─all proven─▶ live
///     any of them ⇄ paused, suspended, unreachable, needs_reauthentication
///     any of them ─remove─▶ disconnected
/// ```
package enum AccountState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Signed in; folders may not be chosen yet; nothing runs.
    case connected
    /// Started; the first sync is not complete.
    case initialSync = "initial_sync"
    /// The first sync is complete and later visits succeed.
    case live
    case paused
    case suspended
    case needsReauthentication = "needs_reauthentication"
    case unreachable
    case disconnected

    /// Whether the scheduler may dispatch work for it.
    package var isRunnable: Bool {
        switch self {
        case .initialSync, .live, .unreachable: true
        case .connected, .paused, .suspended, .needsReauthentication, .disconnected: false
        }
    }
}
