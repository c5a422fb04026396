/// What an operator has done to a queue.
package enum QueueControl: String, Sendable, Hashable, CaseIterable {
    /// Nobody takes jobs from it.
    case paused
    /// Nor do its running jobs go on.
    case draining
}
