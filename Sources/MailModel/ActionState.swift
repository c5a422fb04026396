/// How far an action of the ledger is.
///
/// ```
/// pending ⇄ running ─▶ done | failed | superseded
///    │         └─────▶ unknown ─▶ done | failed
///    └─▶ cancelled
/// ```
package enum ActionState: String, Sendable, Hashable, Codable, CaseIterable {
    case pending, running, done, failed
    /// It may have happened; whether it did is being found out.
    case unknown
    case superseded, cancelled

    /// Whether something is still to be done or found out.
    package var isOpen: Bool {
        switch self {
        case .pending, .running, .unknown: true
        case .done, .failed, .superseded, .cancelled: false
        }
    }
}
