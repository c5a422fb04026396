extension WorkerPool {
    /// Once the pool is asked to stop: asks the jobs, then cancels them, then gives the rest back.
    ///
    /// Ends early, by cancellation, when the last job has ended.
    func superviseStop() async {
        // Either way the pool is stopping: by the signal, or because its task was cancelled.
        _ = await stopSignal.wait()
        for context in heartbeats.all { context.requestStop(.draining) }
        _ = await Self.sleep(settings.grace)
        if running == 0 { return }
        for context in heartbeats.all { context.cancel(.draining) }
        _ = await Self.sleep(settings.cancellationGrace)
        await giveBack(heartbeats.all.filter { $0.isOurs && !$0.hasEnded })
    }

    /// Releases jobs whose handlers still run; what those answer is not asked for any more.
    private func giveBack(_ contexts: [JobContext]) async {
        if contexts.isEmpty { return }
        for context in contexts { context.cancel(.givenBack) }
        do throws(JobQueueError) {
            let results = try await queue.finish(contexts.map { (job: $0.job, outcome: .release) })
            count { $0.givenBack += results.count { $0 != .stale } }
        } catch {
            count { $0.unsent += contexts.count }
        }
    }

    /// The pace of a pool's loops, not a wait for a state; cancellation ends it at once.
    ///
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
