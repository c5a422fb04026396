import AccountJobs
package import JobQueue
import MailModel
import MailStore

/// A job as operators see it, wherever it is.
package struct JobRecord: Sendable, Hashable {
    /// The raw values are those of the command line and the API.
    package enum Place: String, Sendable, Hashable, CaseIterable {
        case ready, delayed
        /// Kept back by a gate.
        case parked
        case active
        /// Given up; it stands in PostgreSQL.
        case dead

        var state: JobState? {
            switch self {
            case .ready: .ready
            case .delayed: .delayed
            case .parked: .parked
            case .active: .active
            case .dead: nil
            }
        }

        init(_ state: JobState) {
            switch state {
            case .ready: self = .ready
            case .delayed: self = .delayed
            case .parked: self = .parked
            case .active: self = .active
            }
        }
    }

    /// What deeds name it by: its resource while the queue has it, the dead letter's id afterwards.
    package let id: String
    package let resource: String
    package let kind: String
    package let queue: String
    /// Empty for the installation's own.
    package let organization: String
    package let gates: [String]
    package let priority: JobPriority
    package let place: Place
    /// Claims since the last success.
    package let attempts: Int
    package let error: JobFailure?
    package let crashes: Int
    /// Whether its last run ended with its worker.
    package let isSuspect: Bool
    // Milliseconds since 1970, by the clock of Redis.
    package let dueAt: Int64?
    package let claimedAt: Int64?
    package let leaseEndsAt: Int64?
    // Milliseconds since 1970, by the clock of PostgreSQL.
    package let firstFailedAt: Int64?
    package let diedAt: Int64?
    /// The gate that keeps it back.
    package let parkedAt: String?
    /// Who runs it, or ran it last.
    package let worker: String?
    package let progress: JobProgress?
    package let isCancelRequested: Bool
    /// The shard that it is in.
    package let shard: String?

    init(_ job: JobDetail, shard: String) {
        id = job.resource
        resource = job.resource
        kind = job.kind
        queue = job.queue
        organization = job.organization == JobRequest.installation ? "" : job.organization
        gates = job.gates
        priority = job.priority
        place = Place(job.state)
        attempts = job.attempt
        error = job.lastError
        crashes = job.crashes
        isSuspect = job.isSuspect
        dueAt = job.dueAt
        claimedAt = job.claimedAt
        leaseEndsAt = job.leaseEndsAt
        firstFailedAt = nil
        diedAt = nil
        parkedAt = job.parkedAt
        worker = job.worker
        progress = job.progress
        isCancelRequested = job.isCancelRequested
        self.shard = shard
    }

    init(_ letter: DeadLetter) {
        let job = letter.job
        id = "\(letter.id)"
        resource = job.wakeUp.resource
        kind = job.wakeUp.kind
        queue = job.wakeUp.queue
        organization = job.wakeUp.organizationID.map { "\($0)" } ?? ""
        gates = job.wakeUp.gates
        priority = JobPriority(rawValue: job.wakeUp.priority) ?? .backfill
        place = .dead
        attempts = job.attempts
        error = JobFailure(code: job.problem.code, text: job.problem.text)
        crashes = 0
        isSuspect = false
        dueAt = nil
        claimedAt = nil
        leaseEndsAt = nil
        firstFailedAt = job.firstFailedAt.rawValue * 1_000
        diedAt = job.diedAt.rawValue * 1_000
        parkedAt = nil
        worker = nil
        progress = nil
        isCancelRequested = false
        shard = nil
    }
}
