import JobQueue
import MailModel
import MailStore
import Operations

struct OverviewView: Encodable {
    struct Server: Encodable {
        let shard: String
        let version, eviction_policy, problem: String?
        let used_memory_bytes, memory_limit_bytes: Int64?
    }
    struct Database: Encodable {
        let version: String
        let size_bytes: Int64
        let connections, max_connections: Int
        let outbox_lag_seconds: Double
    }
    struct Leader: Encodable {
        let name, since: String
        let leading: Bool
    }
    struct Accounts: Encodable {
        let count: Int
        let median_age_seconds, worst_age_seconds: Double?
    }

    let at: String
    let ready, delayed, parked, active: Int
    let dead: Int?
    let oldest_ready_seconds: Double?
    let queues: [QueueView]
    let workers: [WorkerView]
    let running: [RunningJobView]
    let redis: [Server]
    let database: Database?
    let leader: Leader?
    let accounts: [String: Accounts]?
    let problems: [String]

    init(_ overview: Overview, running: [RunningJob]) {
        at = Moment.rfc3339(overview.at)
        ready = overview.ready
        delayed = overview.delayed
        parked = overview.parked
        active = overview.active
        dead = overview.deadLetters
        oldest_ready_seconds = overview.oldestReady?.inSeconds
        queues = overview.queues.map(QueueView.init)
        workers = overview.workers.map { worker in
            WorkerView(worker, jobs: running.filter { $0.job.worker == worker.name })
        }
        self.running = running.map(RunningJobView.init)
        redis = overview.servers.map {
            Server(
                shard: $0.shard, version: $0.server?.version, eviction_policy: $0.server?.evictionPolicy,
                problem: $0.problem, used_memory_bytes: $0.server?.usedMemory,
                memory_limit_bytes: $0.server?.memoryLimit)
        }
        database = overview.database.map {
            Database(
                version: $0.version, size_bytes: $0.size, connections: $0.connections,
                max_connections: $0.maxConnections, outbox_lag_seconds: $0.outboxLagSeconds)
        }
        leader = overview.leader.map {
            Leader(name: $0.name, since: Moment.rfc3339($0.since), leading: $0.isHeld)
        }
        accounts = overview.accounts.map { states in
            Dictionary(
                states.map {
                    (
                        $0.state.rawValue,
                        Accounts(
                            count: $0.count, median_age_seconds: $0.freshness?.median,
                            worst_age_seconds: $0.freshness?.worst)
                    )
                }, uniquingKeysWith: { first, _ in first })
        }
        problems = overview.problems
    }
}
