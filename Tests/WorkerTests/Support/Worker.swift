import AccountJobs
import MailModel
import MailStore
import SyncEngine
import Testing

@testable import JobQueue
@testable import Worker

/// What a mailbox says that can't be reached.
struct Unreachable: Error {}

extension Rig {
    /// What visits mailboxes: none of them answers.
    var engine: AccountVisitor {
        AccountVisitor(store: workerStore, openMailbox: { _, _ in throw Unreachable() }, log: Self.log)
    }

    var ledger: JobLedger { JobLedger(store: workerStore, worker: "w", log: Self.log) }

    func handler(_ store: Store? = nil, ledger: JobLedger? = nil) -> JobHandler {
        JobHandler(
            store: store ?? workerStore, engine: engine, ledger: ledger ?? self.ledger, log: Self.log)
    }

    /// A job as a worker claims it.
    func claimed(
        _ resource: String, kind: String, queue: String = QueueNames.tasks,
        organization: String = JobRequest.installation
    ) async throws -> ClaimedJob {
        let shard = queues.shard(of: organization)
        try await shard.enqueue([
            JobRequest(kind: kind, queue: queue, resource: resource, organization: organization)
        ])
        return try #require(try await shard.claim(max: 9).first { $0.resource == resource })
    }

    func claimed(_ tick: TickKey) async throws -> ClaimedJob {
        try await claimed("tick:\(tick.schedule):\(tick.tickAt.rawValue)", kind: TickJob.kind)
    }

    /// Claims a tick's job and carries it out.
    func carryOut(_ tick: TickKey, _ context: (ClaimedJob) -> JobContext = JobContext.apart) async throws -> JobOutcome
    {
        let job = try await claimed(tick)
        let outcome = await handler().handle(job, context(job))
        _ = try await queues.shard(of: job.organization).finish(job, .done)
        return outcome
    }

    /// How a tick ended, and the words that it ended with; empty while it is open.
    func end(of key: TickKey) async throws -> String {
        let tick = try #require(try await store.tick(key))
        return [tick.outcome, tick.error].compactMap(\.self).joined(separator: ": ")
    }
}
