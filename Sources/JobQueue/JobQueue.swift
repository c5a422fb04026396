internal import CallSharing
package import Redis
internal import Synchronization

/// One shard of a reliable queue of jobs on Redis.
///
/// A job is a wake-up: *look at this resource now*. The truth is elsewhere, and whoever asks may ask twice. The module
/// knows nothing of what its jobs do.
///
/// ```
///            enqueue, due                     claim
///   (none) ───────────────► ready ─────────────────────────► active ──► done: gone, or ready if asked for meanwhile
///      │                    ▲ │ ▲                              │ │ │
///      │ enqueue, later     │ │ └─ release, lease expired ─────┘ │ │
///      └────────► delayed ──┘ │    its time has come             │ │
///                    ▲        │ a gate is full or closed         │ │
///                    │        └──────► parked ──► ready again    │ │
///                    │                   ▲  └ there is room      │ │
///                    │                   └──── throttled ────────┘ │
///                    └──────────── retry, again ───────────────────┘
/// ```
/// A shard has several queues, which share its limits: a job waits in one of them, and a worker takes from those that it
/// was told to.
///
/// Every change is one Lua script (`Resources/`), which does nothing unless the shard's epoch is ours. The methods may
/// be called from any task; each is one round trip a batch.
package final class JobQueue: Sendable {
    package let settings: JobQueueSettings
    package let keys: QueueKeys
    /// The connection for commands; others are made after its configuration.
    let client: RedisClient
    /// KEYS of every script, and the names of its queues.
    let scriptKeys: [String]
    let queueNames: RedisArgument
    let enqueues: SharedCalls<JobRequest, EnqueueOutcome, JobQueueError>
    private let knownEpoch = Mutex<Int64?>(nil)

    /// - Parameters:
    ///   - client: for commands only; the caller closes it.
    ///   - settings: of this shard.
    package init(client: RedisClient, settings: JobQueueSettings) {
        self.client = client
        self.settings = settings
        keys = QueueKeys(shard: settings.shard)
        scriptKeys = keys.all(settings.queues)
        enqueues = SharedCalls(batch: settings.batch)
        queueNames = .string(settings.queues.joined(separator: "\n"))
    }

    /// The epoch that we believe in, or nil before the first call.
    var believedEpoch: Int64? { knownEpoch.withLock { $0 } }

    /// Takes over a higher epoch.
    /// - Returns: whether it was higher than what we believed in.
    @discardableResult
    func adopt(epoch: Int64) -> Bool {
        knownEpoch.withLock { known in
            if let current = known, current >= epoch { return false }
            known = epoch
            return true
        }
    }

    /// Runs a script that begins with the prelude.
    ///
    /// When a higher epoch was established meanwhile, it is taken over and the script runs again: whoever established
    /// it has judged the shard's content. A lower one, or none, is a loss of data, and an error.
    /// - Parameters:
    ///   - name: of the script, for errors.
    ///   - mustFinish: for scripts whose reply must be known even to a cancelled task.
    func run(
        _ script: RedisScript, name: String, _ arguments: [RedisArgument], mustFinish: Bool = false
    ) async throws(JobQueueError) -> RedisValue {
        var epoch = believedEpoch
        if epoch == nil { epoch = try await currentEpoch(mustFinish: mustFinish) }
        for isFirst in [true, false] {
            guard let current = epoch else { throw .epochMismatch(known: nil, found: nil) }
            let common: [RedisArgument] = [
                .integer(current), .integer(settings.agingStep.milliseconds), queueNames,
            ]
            do throws(RedisError) {
                return try await client.run(
                    script, keys: scriptKeys, arguments: common + arguments, ignoringCancellation: mustFinish)
            } catch {
                guard case .server(let refusal) = error, refusal.code == "EPOCH" else { throw .redis(error) }
            }
            let found = try await currentEpoch(mustFinish: mustFinish)
            guard isFirst, let found, found > current else { throw .epochMismatch(known: current, found: found) }
            epoch = found
        }
        throw .unexpectedReply(script: name)
    }

    /// Sends a plain command.
    func send(_ command: RedisCommand, mustFinish: Bool = false) async throws(JobQueueError) -> RedisValue {
        do throws(RedisError) {
            return try await client.send(command, ignoringCancellation: mustFinish)
        } catch {
            throw .redis(error)
        }
    }
}
