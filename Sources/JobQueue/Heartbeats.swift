internal import Redis
internal import Synchronization

/// Extends the leases of a pool's jobs from an event loop, on a connection of its own, and says that the worker lives.
///
/// Nothing here runs on the Swift cooperative pool, so that a job which never yields can't starve it: a timer of the
/// event loop sends, a callback of the event loop reads the reply, and a lost lease is told by a flag and a call that
/// cancels the task.
final class Heartbeats: Sendable {
    private let queue: JobQueue
    private let client: RedisClient
    private let settings: WorkerPoolSettings
    private let contexts = Mutex<[JobToken: JobContext]>([:])
    private let status: @Sendable () -> WorkerStatus.Message?
    private let onSuccess: @Sendable () -> Void
    private let onOrder: @Sendable (WorkerOrder) -> Void

    /// - Parameters:
    ///   - client: for heartbeats only.
    ///   - status: what the worker says of itself; nil for nothing.
    ///   - onSuccess: called on the event loop after each heartbeat that got through.
    ///   - onOrder: called on the event loop with what an operator wants of the worker, each time that it is told.
    init(
        queue: JobQueue, client: RedisClient, settings: WorkerPoolSettings,
        status: @escaping @Sendable () -> WorkerStatus.Message?, onSuccess: @escaping @Sendable () -> Void,
        onOrder: @escaping @Sendable (WorkerOrder) -> Void
    ) {
        self.queue = queue
        self.client = client
        self.settings = settings
        self.status = status
        self.onSuccess = onSuccess
        self.onOrder = onOrder
    }

    func add(_ added: [JobContext]) {
        contexts.withLock { contexts in
            for context in added { contexts[context.job.token] = context }
        }
    }

    func remove(_ removed: [JobContext]) {
        contexts.withLock { contexts in
            for context in removed { contexts[context.job.token] = nil }
        }
    }

    /// The jobs whose leases are held.
    var all: [JobContext] { contexts.withLock { Array($0.values) } }

    func start() -> RedisTimer {
        client.schedule(every: queue.settings.heartbeat) { [weak self] in self?.beat() }
    }

    /// Sends one round now; then the timer goes on.
    func beat() {
        let now = ContinuousClock.now
        var alive: [JobContext] = []
        for context in all where context.isOurs {
            if context.leaseRemaining(at: now) <= .zero {
                context.cancel(.leaseLost)
                continue
            }
            if let limit = settings.progressLimit(context.job.kind), !context.hasEnded {
                let silence = context.sinceProgress(at: now)
                // Stuck for good: kept alive from here, it would keep its resource for ever.
                if silence > limit + settings.cancellationGrace {
                    context.cancel(.leaseLost)
                    continue
                }
                if silence > limit { context.cancel(.stalled) }
            }
            alive.append(context)
        }
        let size = queue.settings.batch
        send(Array(alive.prefix(size)), status: status(), now: now)
        for start in stride(from: size, to: alive.count, by: size) {
            send(Array(alive[start..<min(start + size, alive.count)]), status: nil, now: now)
        }
    }

    private func send(_ batch: [JobContext], status: WorkerStatus.Message?, now: ContinuousClock.Instant) {
        if batch.isEmpty && status == nil { return }
        guard let epoch = queue.believedEpoch else { return }
        // By its text: a heartbeat must not need a second round trip because a server has lost its scripts.
        var command = RedisCommand("EVAL", .string(QueueScripts.extend.source))
        command.append(.integer(Int64(queue.scriptKeys.count)))
        for key in queue.scriptKeys { command.append(.string(key)) }
        command.append(.integer(epoch))
        command.append(.integer(queue.settings.agingStep.milliseconds))
        command.append(queue.queueNames)
        let worker = status.map { (name: $0.identity.name, status: $0.text) } ?? (name: "", status: "")
        for argument in queue.extendArguments(batch.map { ($0.job, $0.takeNews()) }, worker: worker) {
            command.append(argument)
        }
        let end = now + queue.settings.lease
        // A reply that is late still extends the lease; after the lease it is of no use to anybody.
        client.submit(command, timeout: queue.settings.lease) { [weak self] result in
            self?.receive(result, for: batch, leaseEnd: end)
        }
    }

    private func receive(
        _ result: Result<RedisValue, RedisError>, for batch: [JobContext], leaseEnd: ContinuousClock.Instant
    ) {
        if case .failure = result {
            for context in batch { context.returnNews() }
        }
        switch result {
        case .success(let reply):
            guard let answer = ExtendAnswer(reply: reply, count: batch.count) else { return }
            onSuccess()
            for (context, verdict) in zip(batch, answer.verdicts) {
                if verdict != .lost { context.extendLease(until: leaseEnd) }
                switch verdict {
                case .lost: context.cancel(.leaseLost)
                case .held: break
                case .cancelled: context.cancel(.cancelled)
                case .draining: context.requestStop(.draining)
                }
            }
            if let order = answer.order { onOrder(order) }
        case .failure(.server(let refusal)) where refusal.code == "EPOCH":
            let epochKey = queue.keys.epoch()
            client.submit(RedisCommand("GET", .string(epochKey)), timeout: queue.settings.heartbeat) { [weak self] in
                // Until a higher epoch is established the leases run on by our own clock, and then they end.
                if case .success(let value) = $0, let found = value.integer { self?.queue.adopt(epoch: found) }
            }
        case .failure:
            // The next beat tries again; when none gets through, the lease ends by our own clock.
            break
        }
    }
}
