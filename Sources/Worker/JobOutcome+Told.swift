import JobQueue

extension JobOutcome {
    /// All words of ``told``.
    static let words = ["done", "retry", "again", "released", "throttled", "cancelled", "dead", "crashed"]

    /// The word that metrics and history have for it, and why it failed, if it did.
    var told: (word: String, failure: JobFailure?) {
        switch self {
        case .done: ("done", nil)
        case .retry(_, let failure): ("retry", failure)
        case .again: ("again", nil)
        case .release: ("released", nil)
        case .throttled: ("throttled", nil)
        case .cancelled: ("cancelled", nil)
        case .dead(let failure): ("dead", failure)
        case .crashed(let failure): ("crashed", failure)
        }
    }
}
