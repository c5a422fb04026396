/// What an operator wants of jobs.
package enum JobWish: String, Sendable, Hashable, CaseIterable {
    /// A dead job waits again; one that waits for its next attempt is ready at once.
    case retry
    /// A waiting job is ready at once.
    case run
    /// A waiting job goes; a running one is asked to stop for good.
    case cancel
    /// A dead or waiting job goes.
    case delete
}
