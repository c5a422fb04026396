import JobQueue
import Logging
import Redis

/// What is dangerous about a Redis that a queue is on.
enum RedisAdvice {
    /// For a check of the settings: nil where all is well.
    static func problem(of server: RedisServerIdentity) -> String? {
        let warnings = QueueServer.warnings(
            evictionPolicy: server.maxmemoryPolicy, memoryLimit: server.maxmemory == 0 ? nil : server.maxmemory)
        return warnings.isEmpty ? nil : warnings.joined(separator: "; ")
    }

    /// For a role at its start: says in the log what is dangerous. A Redis that doesn't answer is for others to report.
    static func warn(of queue: JobQueue, log: Logger) async {
        do {
            for warning in try await queue.serverHealth().warnings {
                log.error(
                    "the queue isn't safe", metadata: ["shard": "\(queue.settings.shard)", "reason": "\(warning)"])
            }
        } catch {
            log.debug("Redis's settings couldn't be read", metadata: ["reason": "\(error)"])
        }
    }
}
