internal import Redis
internal import Synchronization

extension WorkerPool {
    /// Hands finishes in, claims and starts jobs, until the pool has stopped and the last job has ended.
    func dispatch(into group: inout DiscardingTaskGroup) async {
        while true {
            let action = state.withLock { state in
                state.isPoked = false
                return state.machine.next(now: .now)
            }
            switch action {
            case .stop: return
            case .exchange(let finish, let claim): await exchange(finish: finish, claim: claim, into: &group)
            case .passOn: await passWakeUpOn()
            case .wait(let listening, let until):
                if listening { listen() }
                await waitForReport(until: until)
                // Whoever else is ready to end its job does so first, and shares the call.
                await Task.yield()
            }
        }
    }

    private func exchange(finish: Int, claim: Int, into group: inout DiscardingTaskGroup) async {
        let runs = takeEnded(finish)
        let leaseEnd = ContinuousClock.now + queue.settings.lease
        let finished: [FinishResult]
        let claimed: ClaimResult?
        do throws(JobQueueError) {
            let endings = runs.map { (job: $0.job, outcome: $0.outcome) }
            if claim == 0 {
                finished = try await queue.finish(endings, random: random)
                claimed = nil
            } else if runs.isEmpty {
                finished = []
                claimed = try await queue.claimNext(max: claim, from: settings.queues, worker: settings.identity.name)
            } else {
                let both = try await queue.exchange(
                    endings, max: claim, from: settings.queues, worker: settings.identity.name, random: random)
                finished = both.finished
                claimed = both.claimed
            }
        } catch {
            return failed(runs)
        }
        markSuccess()
        heartbeats.remove(runs.map(\.context))
        let refused = finished.count { $0 == .stale }
        let contexts = claimed?.jobs.map { JobContext(job: $0, leaseEnd: leaseEnd) } ?? []
        heartbeats.add(contexts)
        count { counts in
            counts.finished += finished.count - refused
            counts.refused += refused
            counts.claimed += contexts.count
        }
        let isStopping = reporting { machine in
            machine.succeeded()
            machine.freed(runs.count)
            if let claimed {
                machine.claimed(
                    contexts.count, asked: claim, mayBeMore: claimed.mayBeMore, nextDue: claimed.nextDue, now: .now)
            }
            return machine.isStopping
        }
        for context in contexts {
            // A stop that came while the claim was on its way: nothing may stay half-claimed.
            if isStopping { context.requestStop(.draining) }
            group.addTask { await self.perform(context, onlyRelease: isStopping) }
        }
    }

    private func takeEnded(_ most: Int) -> [FinishedRun] {
        state.withLock { state in
            let runs = Array(state.ended.prefix(most))
            state.ended.removeFirst(runs.count)
            return runs
        }
    }

    /// A call that did not get through: its finishes are handed in again, unless their leases have ended, which makes them
    /// the reaper's.
    private func failed(_ runs: [FinishedRun]) {
        let kept = runs.filter { $0.context.isOurs && $0.context.leaseRemaining() > .zero }
        let given = runs.filter { !($0.context.isOurs && $0.context.leaseRemaining() > .zero) }
        heartbeats.remove(given.map(\.context))
        count { $0.unsent += given.count }
        state.withLock { $0.ended.insert(contentsOf: kept, at: 0) }
        let draw = random()
        report { machine in
            machine.freed(given.count)
            machine.failed(now: .now, base: settings.failureBase, cap: settings.failureCap, random: draw)
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
        var command = RedisCommand("BLPOP")
        for name in settings.queues ?? queue.settings.queues { command.append(.string(queue.keys.wake(name))) }
        command.append(.string("\(max(0.01, wait.seconds))"))
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
            _ = try await queue.claimNext(max: 0, from: settings.queues)
        } catch {
            // The reaper leaves a wake-up too, whenever it finds work that nobody was woken for.
        }
    }
}
