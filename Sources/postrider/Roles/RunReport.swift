import JobQueue

/// What a process that has one job alone tells the one that holds the lease, a JSON line each.
enum RunReport: Codable {
    case progress(JobProgress)
    /// The last word.
    case ended(JobOutcome)
}
