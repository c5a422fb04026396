import Foundation
import JobQueue
import MailStore
import Operations

// The JSON objects of the operator's commands. Durations are in seconds.

extension Duration {
    /// In seconds, to the millisecond.
    var inSeconds: Double {
        Double(components.seconds) + (Double(components.attoseconds) / 1e15).rounded() / 1_000
    }
}

struct QueueView: Encodable {
    let name: String
    let paused, draining: Bool
    let ready, delayed, active, organizations: Int
    let parked: Int?
    let oldest_ready_seconds, processed_per_minute, failed_per_minute: Double?
    let totals: [String: Int64]

    init(_ queue: QueueSummary) {
        name = queue.name
        paused = queue.isPaused
        draining = queue.isDraining
        ready = queue.ready
        delayed = queue.delayed
        active = queue.active
        parked = queue.parked
        organizations = queue.organizations
        oldest_ready_seconds = queue.oldestReady?.inSeconds
        processed_per_minute = queue.rate?.processed
        failed_per_minute = queue.rate?.failed
        totals = queue.totals
    }
}

struct ErrorView: Encodable {
    let code, text: String

    init(_ failure: JobFailure) {
        code = failure.code
        text = failure.text
    }
}

struct JobView: Encodable {
    struct Progress: Encodable {
        let done: Int64
        let total: Int64?
        let note: String
    }

    let id, resource, kind, queue, state, priority: String
    let organization_id, parked_at, worker, shard: String?
    let gates: [String]
    let attempts, crashes: Int
    let suspect, cancel_requested: Bool
    let error: ErrorView?
    let due_at, claimed_at, lease_ends_at, first_failed_at, died_at: String?
    let progress: Progress?

    init(_ job: JobRecord) {
        id = job.id
        resource = job.resource
        kind = job.kind
        queue = job.queue
        state = job.place.rawValue
        priority = "\(job.priority)"
        organization_id = job.organization.isEmpty ? nil : job.organization
        parked_at = job.parkedAt
        worker = job.worker
        shard = job.shard
        gates = job.gates
        attempts = job.attempts
        crashes = job.crashes
        suspect = job.isSuspect
        cancel_requested = job.isCancelRequested
        error = job.error.map(ErrorView.init)
        due_at = job.dueAt.map(Moment.rfc3339(milliseconds:))
        claimed_at = job.claimedAt.map(Moment.rfc3339(milliseconds:))
        lease_ends_at = job.leaseEndsAt.map(Moment.rfc3339(milliseconds:))
        first_failed_at = job.firstFailedAt.map(Moment.rfc3339(milliseconds:))
        died_at = job.diedAt.map(Moment.rfc3339(milliseconds:))
        progress = job.progress.map { Progress(done: $0.done, total: $0.total, note: $0.note) }
    }
}

struct JobStoryView: Encodable {
    struct Attempt: Encodable {
        let started_at, outcome, worker: String
        let finished_at: String?
        let attempt, messages, bytes: Int
        let error: ErrorView?
    }

    let id, resource: String
    /// What the queue has of it.
    let job: JobView?
    /// What the dead letters have of it.
    let dead: JobView?
    let attempts: [Attempt]

    init(_ story: JobStory) {
        id = story.live?.id ?? story.dead?.id ?? story.resource
        resource = story.resource
        job = story.live.map(JobView.init)
        dead = story.dead.map(JobView.init)
        attempts = story.attempts.map {
            Attempt(
                started_at: Moment.rfc3339(milliseconds: $0.startedAt), outcome: $0.outcome, worker: $0.worker,
                finished_at: $0.finishedAt.map(Moment.rfc3339(milliseconds:)), attempt: $0.attempt,
                messages: $0.messages, bytes: $0.bytes, error: $0.error.map(ErrorView.init))
        }
    }
}

struct DeadGroupView: Encodable {
    let queue, kind, first_failed_at, last_died_at: String
    let error: [String: String]
    let count: Int

    init(_ group: DeadLetterGroup) {
        queue = group.queue
        kind = group.kind
        error = ["code": group.errorCode, "text": group.errorText]
        count = group.count
        first_failed_at = Moment.rfc3339(group.firstFailedAt)
        last_died_at = Moment.rfc3339(group.lastDiedAt)
    }
}

struct GateView: Encodable {
    let name: String
    let slots, burst: Int?
    let rate_per_second: Double?
    let slots_used, parked: Int
    let connections, connections_open: Int?
    let closed_until: String?

    init(_ gate: GateSummary) {
        name = gate.name
        slots = gate.limit.slots
        rate_per_second = gate.limit.rate
        burst = gate.limit.rate == nil ? nil : gate.limit.burst
        slots_used = gate.slotsUsed
        parked = gate.parked
        connections = gate.connections
        connections_open = gate.connectionsOpen
        closed_until = gate.closedUntil.map(Moment.rfc3339(milliseconds:))
    }
}

struct RunningJobView: Encodable {
    let job: JobView
    let elapsed_seconds, lease_left_seconds: Double

    init(_ running: RunningJob) {
        job = JobView(running.job)
        elapsed_seconds = running.elapsed.inSeconds
        lease_left_seconds = running.leaseLeft.inSeconds
    }
}

struct WorkerView: Encodable {
    let name, host, version, state, started_at: String
    let process_id: Int32
    let queues: [String]
    let concurrency, running: Int
    let memory_bytes: Int64
    let heartbeat_age_seconds: Double
    let jobs: [RunningJobView]

    init(_ worker: WorkerSummary, jobs: [RunningJob]) {
        name = worker.name
        host = worker.identity.host
        version = worker.identity.version
        process_id = worker.identity.processID
        started_at = Moment.rfc3339(milliseconds: worker.identity.startedAt)
        state = worker.state.rawValue
        queues = worker.queues
        concurrency = worker.concurrency
        running = worker.running
        memory_bytes = worker.memoryBytes
        heartbeat_age_seconds = worker.heartbeatAge.inSeconds
        self.jobs = jobs.map(RunningJobView.init)
    }
}
