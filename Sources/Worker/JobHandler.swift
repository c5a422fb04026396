import AccountJobs
package import JobQueue
package import Logging
import MailModel
package import MailStore
package import SyncEngine

/// Carries a job out by its kind.
package struct JobHandler: Sendable {
    let store: Store
    let engine: AccountVisitor
    let ledger: JobLedger
    let log: Logger

    /// How long a recurring job that was given up delays its account.
    static let delayOfTheDead = 3_600.0

    package init(store: Store, engine: AccountVisitor, ledger: JobLedger, log: Logger) {
        self.store = store
        self.engine = engine
        self.ledger = ledger
        self.log = log
    }

    package func handle(_ job: ClaimedJob, _ context: JobContext) async -> JobOutcome {
        switch job.kind {
        case AccountJob.syncKind: return await sync(job, context)
        case TickJob.kind: return await tick(job, context)
        default:
            log.error("a job of an unknown kind", metadata: ["kind": "\(job.kind)", "job": "\(job.id)"])
            return .dead(
                JobFailure(
                    code: "unknown_kind", text: "no worker of this version knows what a job of kind \(job.kind) is"))
        }
    }

    /// Keeps a job that is given up. A recurring one delays its account and says so there; it never blocks it for good.
    func bury(_ dead: GivenUpJob) async throws {
        let now = store.now
        let letter = DeadJob(
            wakeUp: WakeUp(dead.job),
            problem: AccountProblem(code: dead.failure.code, text: dead.failure.text), attempts: dead.job.attempt,
            firstFailedAt: EpochSeconds(dead.job.enqueuedAt / 1_000), diedAt: now)
        log.error(
            "a job is given up; it is with the dead letters",
            metadata: [
                "kind": "\(dead.job.kind)", "resource": "\(dead.job.resource)", "attempts": "\(dead.job.attempt)",
                "code": "\(dead.failure.code)", "reason": "\(dead.failure.text)",
            ])
        if dead.job.kind == AccountJob.syncKind, let key = AccountJob.account(of: dead.job) {
            _ = try await store.bury(letter, delaying: key, seconds: Self.delayOfTheDead)
        } else {
            _ = try await store.bury(letter)
            if let tick = TickJob.tick(of: dead.job) {
                _ = try await store.finishTick(tick, outcome: Self.dead, error: dead.failure.text)
            }
        }
    }

    /// Keeps a job that is given up by a pool that is not the worker's.
    package func keep(_ dead: GivenUpJob) async throws { try await bury(dead) }

    /// What a job's trouble with the store means.
    func outcome(of error: StoreError, _ job: ClaimedJob) -> JobOutcome {
        switch error {
        // A successor has the account, or it was removed.
        case .leaseLost, .notFound: return .done
        case .cancelled: return .cancelled
        case .refused(let code, let text): return .retry(because: JobFailure(code: code, text: text))
        case .contentGone, .database, .keyRing, .secret, .unreadable:
            log.warning(
                "a job can't reach the store; it is tried again",
                metadata: ["resource": "\(job.resource)", "reason": "\(error)"])
            return .retry(because: JobFailure(code: "store_failed", text: "\(error)"))
        }
    }
}
