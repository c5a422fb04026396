import AccountJobs
import ArgumentParser
import JobQueue
import MailStore
import Postgres

/// A worker whose visits find no change: each takes its account's lease and completes, as the engine does, and nothing
/// else. Actions are marked as done. Beside it runs the real scheduler.
struct Visits: AsyncParsableCommand {
    @OptionGroup var target: Target
    @Option(help: "The database.") var database: String
    @Option var concurrency = 400
    @Option(help: "Seconds between two visits of an account.") var interval = 300.0
    @Option(help: "What the queue's shard is called.") var shard = "0"

    func run() async throws {
        var configuration = try PostgresConfiguration(
            url: database, role: "postrider_worker", applicationName: "postrider bench", poolSize: 4)
        configuration.settings["plan_cache_mode"] = "force_generic_plan"
        let pool = try PostgresPool(configuration)
        let store = Store(pool: pool)
        let queue = JobQueue(
            client: try target.client("visits"), settings: JobQueueSettings(shard: shard, queues: QueueNames.all))
        let workers = WorkerPool(queue: queue, settings: WorkerPoolSettings(concurrency: concurrency)) {
            [interval] job, _ in
            guard let key = AccountJob.account(of: job) else {
                return .dead(JobFailure(code: "malformed_job", text: job.resource))
            }
            do {
                if job.kind == AccountJob.actionKind {
                    _ = try await pool.withSession { session in
                        try session.execute(
                            Statement(
                                """
                                UPDATE actions SET state = 'done', finished_at = now()
                                 WHERE organization_id = $1 AND account_id = $2 AND state IN ('pending', 'running')
                                """, key.organizationID, key.accountID))
                    }
                } else {
                    let lease = try await store.takeReadLease(of: key)
                    try await store.completeQuietVisit(QuietVisit(lease: lease, intervalSeconds: interval))
                }
                return .done
            } catch {
                return .retry(because: JobFailure(code: "failed", text: "\(error)"))
            }
        }
        await workers.run()
    }
}
