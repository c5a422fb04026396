internal import Redis
internal import Synchronization

extension WorkerPool {
    /// Claims and starts jobs until the pool stops.
    func dispatch(into group: inout DiscardingTaskGroup) async {
        while true {
            let action = state.withLock { state in
                state.isPoked = false
                return state.machine.next(now: .now)
            }
            switch action {
            case .stop: return
            case .claim(let max): await claim(min(max, queue.settings.batch), into: &group)
            case .passOn: await passWakeUpOn()
            case .wait(let listening, let until):
                if listening { listen() }
                await waitForReport(until: until)
            }
        }
    }

    private func claim(_ max: Int, into group: inout DiscardingTaskGroup) async {
        let leaseEnd = ContinuousClock.now + queue.settings.lease
        let result: ClaimResult
        do throws(JobQueueError) {
            result = try await queue.claimNext(max: max)
        } catch {
            let draw = random()
            return report {
                $0.failed(now: .now, base: settings.failureBase, cap: settings.failureCap, random: draw)
            }
        }
        markSuccess()
        let contexts = result.jobs.map { JobContext(job: $0, leaseEnd: leaseEnd) }
        heartbeats.add(contexts)
        count { $0.claimed += contexts.count }
        report { $0.claimed(contexts.count, asked: max, nextDue: result.nextDue, now: .now) }
        let isStopping = state.withLock { $0.machine.isStopping }
        for context in contexts {
            // A stop that came while the claim was on its way: nothing may stay half-claimed.
            if isStopping { context.requestStop(.draining) }
            group.addTask { await self.perform(context, onlyRelease: isStopping) }
        }
    }

    /// Waits until somebody reports something, or until the time.
    private func waitForReport(until: ContinuousClock.Instant?) async {
        let timer = until.map { instant in
            queue.client.schedule(after: max(.zero, ContinuousClock.now.duration(to: instant))) { [weak self] in
                self?.report { _ in }
            }
        }
        await withCheckedContinuation { continuation in
            let isPoked = state.withLock { state in
                if state.isPoked { return true }
                state.dispatcher = continuation
                return false
            }
            if isPoked { continuation.resume() }
        }
        timer?.cancel()
    }

    /// Has the server call us when there is work, unless it has been asked to already.
    private func listen() {
        let isNew = state.withLock { state in
            defer { state.isListening = true }
            return !state.isListening
        }
        guard isNew else { return }
        let wait = settings.idleWait
        let command = RedisCommand("BLPOP", .string(queue.keys.wake()), .string("\(max(0.01, wait.seconds))"))
        wakeClient.submit(command, timeout: wait + wakeClient.configuration.commandTimeout) { [weak self] result in
            self?.listened(result)
        }
    }

    private func listened(_ result: Result<RedisValue, RedisError>) {
        let wake: DispatchMachine.Wake =
            switch result {
            case .success(.null): .silence
            case .success: .woken
            case .failure: .failed
            }
        if wake != .failed { markSuccess() }
        state.withLock { $0.isListening = false }
        let pause = settings.failureBase * (0.5 + random())
        report { $0.wakeEnded(wake, now: .now, pause: pause) }
    }

    /// Leaves a wake-up for another worker, if there is work.
    func passWakeUpOn() async {
        do throws(JobQueueError) {
            _ = try await queue.claimNext(max: 0)
        } catch {
            // The reaper leaves a wake-up too, whenever it finds work that nobody was woken for.
        }
    }
}
