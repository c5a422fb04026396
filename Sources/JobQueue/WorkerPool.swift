internal import Redis
internal import Synchronization

/// Runs jobs of one shard, up to a number at once.
///
/// ```
///   run() ─► exchanging ◄──► waiting for a wake-up, a due time, room, or the end of a job
///               │ stop()
///               ▼
///            draining: no claim, heartbeats go on, jobs are asked to stop ─► grace over: tasks cancelled
///               │                                                               │ and still running: given back
///               ▼                                                               ▼
///            run() returns when the last handler has
/// ```
///
/// - Claims and finishes share the queue's connection, and a call wherever both are wanted; wake-ups, which block on the server, and heartbeats have one each.
/// - With Redis away the pool stays up and tries again with jittered pauses; ``lastSuccess`` tells whether it is ready.
/// - A handler that ignores its cancellation keeps ``run()`` from returning, though its job is given back in time; the
///   process has to bound its own exit.
package final class WorkerPool: Sendable {
    package typealias Handler = @Sendable (ClaimedJob, JobContext) async -> JobOutcome

    struct State {
        var machine: DispatchMachine
        var isListening = false
        /// Whether something was reported since the dispatcher looked last.
        var isPoked = false
        var dispatcher: CheckedContinuation<Void, Never>?
        /// Runs whose finish waits to be handed in.
        var ended: [FinishedRun] = []
        var counts = WorkerPoolCounts()
        var lastOrder: WorkerOrder?
    }

    let queue: JobQueue
    let settings: WorkerPoolSettings
    let handler: Handler
    let random: @Sendable () -> Double
    let wakeClient: RedisClient
    let heartbeatClient: RedisClient
    let heartbeats: Heartbeats
    let stopSignal = Signal<Void>()
    let state: Mutex<State>
    private let success: SuccessMark

    /// - Parameters:
    ///   - queue: its client must stay open until ``run()`` has returned.
    ///   - random: draws from 0..<1 for pauses and backoff.
    ///   - handler: runs one job; called for every kind.
    package init(
        queue: JobQueue, settings: WorkerPoolSettings,
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) },
        handler: @escaping Handler
    ) {
        self.queue = queue
        self.settings = settings
        self.random = random
        self.handler = handler
        var configuration = queue.client.configuration
        configuration.clientName += "-wake"
        wakeClient = RedisClient(configuration, random: random)
        configuration.clientName = queue.client.configuration.clientName + "-heartbeat"
        heartbeatClient = RedisClient(configuration, random: random)
        let success = SuccessMark()
        self.success = success
        let hooks = Hooks()
        heartbeats = Heartbeats(
            queue: queue, client: heartbeatClient, settings: settings, status: { hooks.pool?.message() },
            onSuccess: { success.touch() }, onOrder: { hooks.pool?.obey($0) })
        state = Mutex(
            State(machine: DispatchMachine(concurrency: settings.concurrency, batch: queue.settings.batch)))
        hooks.attach(self)
    }

    /// When Redis last answered a claim, a wait or a heartbeat; nil before the first. The pool is ready if that is recent.
    package var lastSuccess: ContinuousClock.Instant? { success.last }

    /// What was done so far.
    package var counts: WorkerPoolCounts { state.withLock { $0.counts } }

    /// How many jobs run, or wait for their finish to be sent.
    package var running: Int { state.withLock { $0.machine.running } }

    /// Asks the pool to stop: no further claim, and every job is asked to stop. Returns at once; ``run()`` returns later.
    package func stop() {
        // In this order: whoever hears the signal finds the machine stopped.
        report { $0.stop() }
        stopSignal.fire(())
    }

    /// Works until ``stop()``, or until its task is cancelled, which is a stop without grace. To be called once.
    package func run() async {
        let timer = heartbeats.start()
        await introduce()
        await withTaskCancellationHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.superviseStop() }
                await dispatch(into: &group)
                group.cancelAll()
            }
        } onCancel: {
            stop()
        }
        await closeDown(timer)
        await passWakeUpOn()
    }

    func closeDown(_ timer: RedisTimer) async {
        timer.cancel()
        await takeLeave()
        await wakeClient.close()
        await heartbeatClient.close()
    }

    /// Tells the dispatcher what happened.
    func report(_ change: (inout DispatchMachine) -> Void) {
        reporting { change(&$0) }
    }

    /// The same, with an answer.
    @discardableResult
    func reporting<Answer: Sendable>(_ change: (inout DispatchMachine) -> Answer) -> Answer {
        let (answer, dispatcher) = state.withLock { state in
            let answer = change(&state.machine)
            state.isPoked = true
            defer { state.dispatcher = nil }
            return (answer, state.dispatcher)
        }
        dispatcher?.resume()
        return answer
    }

    func count(_ change: (inout WorkerPoolCounts) -> Void) { state.withLock { change(&$0.counts) } }

    func markSuccess() { success.touch() }
}
