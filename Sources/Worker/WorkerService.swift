// Takes jobs from the queue and carries them out. Any number of workers share one queue.
//
//     shard 0 ─▶ pool ─┐                     ┌─▶ SyncHandler ─▶ SyncEngine
//     shard 1 ─▶ pool ─┼─▶ JobHandler, by kind ─▶ TickHandler ─▶ schedules' targets
//        …             │                     └─▶ anything else: dead letters
//                      └─▶ JobLedger: counts by the minute, runs that are worth a row
import Failure
package import JobQueue
package import Logging
package import MailStore
import ServiceLifecycle
package import SyncEngine

/// The worker role.
package final class WorkerService: Service {
    private let pools: [WorkerPool]
    private let ledger: JobLedger
    private let handler: JobHandler
    private let log: Logger

    /// - Parameters:
    ///   - settings: of the whole worker; its concurrency is shared out among the shards.
    ///   - isolate: runs a job in a process of its own; nil where this process is one.
    package init(
        queues: JobQueues, store: Store, engine: AccountVisitor, settings: WorkerPoolSettings,
        isolate: WorkerPool.Handler? = nil, log: Logger
    ) {
        let ledger = JobLedger(store: store, worker: settings.identity.name, log: log)
        let handler = JobHandler(store: store, engine: engine, ledger: ledger, log: log)
        let metrics = JobMetrics { store.nowMilliseconds }
        var settings = settings
        settings.isolate = isolate
        settings.bury = { try await handler.bury($0) }
        settings.observe = { run in
            ledger.record(run)
            metrics.record(run)
        }
        settings.concurrency = max(1, settings.concurrency / queues.shards.count)
        pools = queues.shards.map { shard in
            WorkerPool(queue: shard, settings: settings) { await handler.handle($0, $1) }
        }
        self.ledger = ledger
        self.handler = handler
        self.log = log
    }

    /// When Redis last answered every shard's claim, wait or heartbeat; `nil` before the first. The worker is ready if that
    /// is recent.
    package var lastSuccess: ContinuousClock.Instant? {
        let marks = pools.map(\.lastSuccess)
        return marks.contains(nil) ? nil : marks.compactMap(\.self).min()
    }

    /// Jobs that run, as a share of those that may.
    package var busyRatio: Double {
        let most = pools.reduce(0) { $0 + $1.concurrency }
        return Double(pools.reduce(0) { $0 + $1.running }) / Double(max(1, most))
    }

    /// What the pools have done since their start, together.
    package var counts: [WorkerPoolCounts] { pools.map(\.counts) }

    /// Stops at which jobs had to be given back while they still ran: 0 or, in each shard, 1 at the end.
    package var drainTimeouts: Int { pools.count { $0.counts.givenBack > 0 } }

    /// Claims no more, while what runs goes on; for a process that is about to be replaced.
    package func beQuiet() {
        for pool in pools { pool.setQuiet(true) }
        log.notice("quiet: no job is claimed any more")
    }

    /// Works until it is asked to stop, by a signal or by an operator's order: then it claims no more, its jobs stop at
    /// their next checkpoint, and the rest go back to the queue.
    package func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                let ledger = ledger
                group.addTask { await ledger.run() }
                await withTaskGroup(of: Void.self) { pools in
                    for pool in self.pools { pools.addTask { await pool.run() } }
                }
                group.cancelAll()
            }
            await ledger.flush()
        } onGracefulShutdown: {
            for pool in self.pools { pool.stop() }
        }
    }
}
