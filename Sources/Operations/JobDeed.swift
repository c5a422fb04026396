/// What became of a wish. The raw values are those of the command line and the API.
package enum JobDeed: String, Sendable, Hashable {
    /// It was dead, and waits again once the scheduler has handed it to the queue.
    case retried
    /// It waited, and is ready now.
    case madeReady = "made_ready"
    /// It waited, and is gone.
    case removed
    /// It runs, and stops at its next checkpoint.
    case askedToStop = "asked_to_stop"
    /// It was dead, and is forgotten.
    case deleted
}
