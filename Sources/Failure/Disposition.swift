/// What is to be done about a failure: the one question that every caller of an outside thing has.
///
/// Each module's error type answers it through ``Failing``; the queue, the engines and the command line act on the
/// answer and never on the error's type.
package enum Disposition: Sendable, Hashable {
    /// Try again at once: nothing suggests that the next try meets the same fault (a connection that was dropped).
    case retryNow
    /// Try again later with the caller's own backoff: the other side is busy or away.
    case retryLater
    /// Try again, but not before this many seconds from now: the other side said so.
    case retryAfter(seconds: Double)
    /// Only a person can mend it (a refused password, a certificate, a plan).
    case needsUser
    /// The same input will fail the same way for ever.
    case permanent
    /// The caller asked for the work to stop.
    case cancelled
}

/// An error that says what is to be done about it.
package protocol Failing: Error {
    /// What the caller should do next.
    var disposition: Disposition { get }
}

/// A failure with a stable code, which programs, dashboards and the account's row go by.
package protocol CodedFailure: Failing {
    /// Lower case with underscores, such as `sign_in_refused`; never changes its meaning.
    var code: String { get }
}
