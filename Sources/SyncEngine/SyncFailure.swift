import Failure
import MailModel
import MailStore

/// What a failed visit means for its account: a pure rule over the error's disposition.
struct SyncFailure {
    let error: any Error

    init(_ error: any Error) { self.error = error }

    /// - Parameter failuresBefore: visits that have failed in a row before this one.
    /// - Returns: `nil` where the account is not to blame and its row stays as it is: a stop, a lost lease, or a store
    ///   that can't be reached, which can't take a note of it either.
    func consequence(failuresBefore: Int) -> Store.VisitFailure? {
        if error is CancellationError || error is StoreError { return nil }
        // Whoever runs the visit must have it run apart; the account has done nothing wrong.
        switch error as? SyncError {
        case .parseStalled, .parserLost: return nil
        case .folderChanged, .listingsDisagree, .spoolUnreadable, nil: break
        }
        guard let failing = error as? any Failing else {
            return Store.VisitFailure(
                state: nil, problem: AccountProblem(code: "internal_error", text: "\(error)"),
                retryAfterSeconds: Self.backoff(failuresBefore))
        }
        let problem = AccountProblem(code: Self.code(of: failing), text: "\(failing)")
        switch failing.disposition {
        case .cancelled:
            return nil
        case .retryNow:
            return Store.VisitFailure(
                state: failuresBefore >= Self.patience ? .unreachable : nil, problem: problem,
                retryAfterSeconds: failuresBefore == 0 ? 1 : Self.backoff(failuresBefore))
        case .retryLater:
            return Store.VisitFailure(
                state: failuresBefore >= Self.patience ? .unreachable : nil, problem: problem,
                retryAfterSeconds: Self.backoff(failuresBefore))
        case .retryAfter(let seconds):
            return Store.VisitFailure(state: nil, problem: problem, retryAfterSeconds: seconds)
        case .needsUser:
            // A certificate or a host may mend itself; a password doesn't, and trying it again locks accounts.
            let refused = problem.code == "sign_in_refused"
            return Store.VisitFailure(
                state: refused ? .needsReauthentication : .unreachable, problem: problem,
                retryAfterSeconds: refused ? nil : Self.backoff(max(failuresBefore, 6)))
        case .permanent:
            return Store.VisitFailure(
                state: .unreachable, problem: problem, retryAfterSeconds: Self.backoff(max(failuresBefore, 6)))
        }
    }

    /// Failures in a row after which the account is shown as unreachable.
    static let patience = 2

    /// Seconds until the next try: 10, doubled with each failure, at most an hour.
    static func backoff(_ failures: Int) -> Double {
        Double(min(3_600, 10 << min(failures, 9)))
    }

    private static func code(of error: any Failing) -> String {
        (error as? any CodedFailure)?.code ?? "mailbox_failed"
    }
}
