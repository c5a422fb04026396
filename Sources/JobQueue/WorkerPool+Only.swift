internal import Synchronization

extension WorkerPool {
    /// Takes one named job wherever it waits, past its gates and its queue's pause, runs it to its end and hands that in: in
    /// place of ``run()``, for a person who wants to see it run, or for a process that has it alone.
    /// - Returns: how it ended; nil if it doesn't wait.
    package func runOnly(resource: String) async throws(JobQueueError) -> JobOutcome? {
        let timer = heartbeats.start()
        await introduce()
        let outcome: JobOutcome?
        do throws(JobQueueError) {
            outcome = try await takeAndRun(resource)
        } catch {
            await closeDown(timer)
            throw error
        }
        await closeDown(timer)
        return outcome
    }

    private func takeAndRun(_ resource: String) async throws(JobQueueError) -> JobOutcome? {
        let leaseEnd = ContinuousClock.now + queue.settings.lease
        guard let job = try await queue.take(resource: resource, worker: settings.identity.name) else { return nil }
        let context = JobContext(job: job, leaseEnd: leaseEnd)
        heartbeats.add([context])
        report { $0.claimed(1, asked: 1, nextDue: nil, now: .now) }
        await perform(context, onlyRelease: false)
        guard let run = state.withLock({ $0.ended.popLast() }) else { return .release }
        _ = try await queue.finish([(job: run.job, outcome: run.outcome)], random: random)
        heartbeats.remove([context])
        report { $0.freed(1) }
        return run.outcome
    }
}
