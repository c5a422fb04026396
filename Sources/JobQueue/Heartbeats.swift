internal import Redis
internal import Synchronization

/// Extends the leases of a pool's jobs from an event loop, on a connection of its own.
///
/// Nothing here runs on the Swift cooperative pool, so that a job which never yields can't starve it: a timer of the
/// event loop sends, a callback of the event loop reads the reply, and a lost lease is told by a flag and a signal.
final class Heartbeats: Sendable {
    private let queue: JobQueue
    private let client: RedisClient
    private let contexts = Mutex<[JobToken: JobContext]>([:])
    private let onSuccess: @Sendable () -> Void

    /// - Parameters:
    ///   - client: for heartbeats only.
    ///   - onSuccess: called on the event loop after each heartbeat that got through.
    init(queue: JobQueue, client: RedisClient, onSuccess: @escaping @Sendable () -> Void) {
        self.queue = queue
        self.client = client
        self.onSuccess = onSuccess
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

    private func beat() {
        let now = ContinuousClock.now
        var alive: [JobContext] = []
        for context in all where context.isOurs {
            if context.leaseRemaining(at: now) <= .zero {
                context.cancel(.leaseLost)
            } else {
                alive.append(context)
            }
        }
        let size = queue.settings.batch
        for start in stride(from: 0, to: alive.count, by: size) {
            send(Array(alive[start..<min(start + size, alive.count)]), now: now)
        }
    }

    private func send(_ batch: [JobContext], now: ContinuousClock.Instant) {
        guard let epoch = queue.believedEpoch else { return }
        // By its text: a heartbeat must not need a second round trip because a server has lost its scripts.
        var command = RedisCommand("EVAL", .string(QueueScripts.extend.source))
        let keys = queue.keys.all()
        command.append(.integer(Int64(keys.count)))
        for key in keys { command.append(.string(key)) }
        command.append(.integer(epoch))
        command.append(.integer(queue.settings.agingStep.milliseconds))
        for argument in queue.extendArguments(batch.map(\.job)) { command.append(argument) }
        let end = now + queue.settings.lease
        // A heartbeat that is late by a whole beat is overtaken by the next.
        client.submit(command, timeout: queue.settings.heartbeat) { [weak self] result in
            self?.receive(result, for: batch, leaseEnd: end)
        }
    }

    private func receive(
        _ result: Result<RedisValue, RedisError>, for batch: [JobContext], leaseEnd: ContinuousClock.Instant
    ) {
        switch result {
        case .success(let reply):
            onSuccess()
            for (context, answer) in zip(batch, reply.array ?? []) {
                if answer.integer == 1 { context.extendLease(until: leaseEnd) } else { context.cancel(.leaseLost) }
            }
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
