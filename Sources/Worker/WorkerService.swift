// Takes jobs from the queue and carries them out. Any number of workers share one queue.
import Failure
package import JobQueue
package import Logging
import MailModel
import MailStore
import AccountJobs
import ServiceLifecycle
package import SyncEngine

/// The worker role.
package struct WorkerService: Service {
    private let pool: WorkerPool

    /// - Parameters:
    ///   - settings: name, concurrency and grace of the pool.
    package init(queue: JobQueue, engine: AccountVisitor, settings: WorkerPoolSettings, log: Logger) {
        pool = WorkerPool(queue: queue, settings: settings) { job, context in
            await Self.handle(job, context, engine: engine, log: log)
        }
    }

    /// When Redis last answered a claim, a wait or a heartbeat; `nil` before the first. The worker is ready if that is
    /// recent.
    package var lastSuccess: ContinuousClock.Instant? { pool.lastSuccess }

    /// Works until it is asked to stop: then it claims no more, its jobs stop at their next checkpoint, and the rest go
    /// back to the queue.
    package func run() async throws {
        await withGracefulShutdownHandler {
            await pool.run()
        } onGracefulShutdown: {
            pool.stop()
        }
    }

    private static func handle(_ job: ClaimedJob, _ context: JobContext, engine: AccountVisitor, log: Logger) async
        -> JobOutcome
    {
        guard job.kind == AccountJob.syncKind, let key = AccountJob.account(of: job) else {
            log.error("a job of an unknown kind", metadata: ["kind": "\(job.kind)", "job": "\(job.id)"])
            return .retry(after: nil)
        }
        do {
            let report = try await engine.visit(key, shouldStop: { context.shouldStop })
            switch report.outcome {
            case .complete:
                if report.messages > 0 {
                    log.info(
                        "synced",
                        metadata: [
                            "account": "\(key.accountID)", "messages": "\(report.messages)", "bytes": "\(report.bytes)",
                            "threads": "\(report.newThreads)",
                        ])
                }
                return .done
            case .stopped: return .release
            // The account's row says when it is due again.
            case .failed, .notRunnable: return .done
            }
        } catch let error as StoreError {
            switch error {
            // A successor has the account, or it was removed, or an operator has cancelled the job.
            case .leaseLost, .notFound, .cancelled: return .done
            case .database, .keyRing, .refused, .secret, .unreadable:
                log.warning(
                    "a job can't reach the store; it is tried again",
                    metadata: [
                        "account": "\(key.accountID)", "reason": "\(error)",
                    ])
                return .retry(after: nil)
            }
        } catch {
            return context.shouldStop || error is CancellationError ? .release : .retry(after: nil)
        }
    }
}
