/// What earlier ticks of a schedule have left.
package enum UnfinishedRuns: Sendable, Hashable {
    case none
    /// At least one runs, or is about to.
    case running
    /// One runs and another waits for it.
    case runningAndQueued
}
