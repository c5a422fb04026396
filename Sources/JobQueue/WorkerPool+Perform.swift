internal import Synchronization

extension WorkerPool {
    /// Runs one job to its end and hands its outcome in.
    func perform(_ context: JobContext, onlyRelease: Bool) async {
        let outcome = onlyRelease ? .release : await outcome(of: context)
        await finish(FinishedRun(context: context, outcome: Self.judge(outcome, of: context)))
    }

    /// A drain is no failure, whatever a handler makes of its cancellation; a wait that it names is kept.
    private static func judge(_ outcome: JobOutcome, of context: JobContext) -> JobOutcome {
        switch (outcome, context.stopReason) {
        case (.retry(after: nil), .draining): .release
        case (.done, _), (.retry, _), (.again, _), (.release, _): outcome
        }
    }

    /// Runs the handler beside a watch for its cancellation.
    private func outcome(of context: JobContext) async -> JobOutcome {
        await withTaskGroup(of: JobOutcome?.self) { group in
            group.addTask { await self.handler(context.job, context) }
            group.addTask {
                _ = await context.cancellation.wait()
                return nil
            }
            var outcome = JobOutcome.release
            while let ended = await group.next() {
                if let ended { outcome = ended }
                // Whichever ends first ends the other: the watch because it is not needed, the handler if it listens.
                group.cancelAll()
            }
            return outcome
        }
    }

    /// Hands an outcome in. The first to come sends for all who come while it is sending: that makes the batches.
    private func finish(_ run: FinishedRun) async {
        let isSender = state.withLock { state in
            state.unsent.append(run)
            defer { state.isSending = true }
            return !state.isSending
        }
        guard isSender else { return }
        while let batch = takeBatch() {
            await send(batch)
            heartbeats.remove(batch.map(\.context))
            report { $0.freed(batch.count) }
        }
    }

    private func takeBatch() -> [FinishedRun]? {
        state.withLock { state in
            let batch = Array(state.unsent.prefix(queue.settings.batch))
            state.unsent.removeFirst(batch.count)
            if batch.isEmpty { state.isSending = false }
            return batch.isEmpty ? nil : batch
        }
    }

    /// Sends until Redis has taken it, or until the leases have ended and the runs are the reaper's.
    private func send(_ batch: [FinishedRun]) async {
        var failures = 0
        while true {
            let ours = batch.filter { $0.context.isOurs }
            if failures == 0 { count { $0.lost += batch.count { $0.context.stopReason == .leaseLost } } }
            if ours.isEmpty { return }
            do throws(JobQueueError) {
                let results = try await queue.finish(
                    ours.map { (job: $0.context.job, outcome: $0.outcome) }, random: random)
                markSuccess()
                let refused = results.count { $0 == .stale }
                return count {
                    $0.finished += results.count - refused
                    $0.refused += refused
                }
            } catch {
                if ours.allSatisfy({ $0.context.leaseRemaining() <= .zero }) {
                    return count { $0.unsent += ours.count }
                }
                let pause = min(settings.failureCap, settings.failureBase * Double(1 << min(failures, 20)))
                failures += 1
                let isCancelled = !(await Self.sleep(pause * (0.5 + random() / 2)))
                if isCancelled { return count { $0.unsent += ours.count } }
            }
        }
    }

    /// - Returns: false if the task was cancelled.
    static func sleep(_ duration: Duration) async -> Bool {
        do {
            try await Task.sleep(for: duration)
            return true
        } catch {
            return false
        }
    }
}
