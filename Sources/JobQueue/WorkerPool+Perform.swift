internal import Synchronization

extension WorkerPool {
    /// Runs one job to its end and leaves its outcome to be handed in.
    func perform(_ context: JobContext, onlyRelease: Bool) async {
        let began = ContinuousClock.now
        let outcome = onlyRelease ? .release : await outcome(of: context)
        let ending = await bury(judge(outcome, of: context), for: outcome, of: context)
        let run = FinishedRun(context: context, outcome: ending, duration: began.duration(to: .now))
        settings.observe(run)
        guard context.isOurs else {
            heartbeats.remove([context])
            if context.stopReason == .leaseLost { count { $0.lost += 1 } }
            return report { $0.dropped(1) }
        }
        context.markEnded()
        state.withLock { $0.ended.append(run) }
        report { $0.runEnded() }
    }

    /// Runs the handler in a task of its own, which the context can cancel without ending any other.
    private func outcome(of context: JobContext) async -> JobOutcome {
        let run = context.job.isSuspect ? settings.isolate ?? handler : handler
        let task = Task { await run(context.job, context) }
        context.onCancel { task.cancel() }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// What an outcome means, given why the job was asked to stop and how often it has been tried.
    ///
    /// A drain is no failure, whatever a handler makes of its cancellation; a wait that it names is kept.
    private func judge(_ outcome: JobOutcome, of context: JobContext) -> JobOutcome {
        switch (outcome, context.stopReason) {
        case (.done, _), (.dead, _), (.again, _), (.throttled, _), (.cancelled, _): outcome
        case (_, .cancelled): .cancelled
        case (.retry(after: nil, because: _), .draining), (.release, .draining): .release
        case (.retry(_, let failure), .stalled):
            limited(.retry(because: failure ?? Self.stalled), context.job, failure ?? Self.stalled)
        case (.release, .stalled): limited(.retry(because: Self.stalled), context.job, Self.stalled)
        case (.release, _): .release
        case (.retry(_, let failure), _):
            limited(outcome, context.job, failure ?? JobFailure(code: "failed", text: "it failed, and did not say why"))
        case (.crashed(let failure), _):
            context.job.crashes + 1 >= settings.maximumCrashes ? .dead(failure) : outcome
        }
    }

    private static let stalled = JobFailure(
        code: "stalled", text: "it reported no progress for longer than its kind may take")

    private func limited(_ outcome: JobOutcome, _ job: ClaimedJob, _ failure: JobFailure) -> JobOutcome {
        job.attempt >= settings.maximumAttempts ? .dead(failure) : outcome
    }

    /// Has a job that is given up kept before the queue forgets it.
    /// - Parameter original: what the handler answered.
    private func bury(_ outcome: JobOutcome, for original: JobOutcome, of context: JobContext) async -> JobOutcome {
        guard case .dead(let failure) = outcome, context.isOurs else { return outcome }
        do {
            try await settings.bury(GivenUpJob(job: context.job, failure: failure))
            return outcome
        } catch {
            // Better tried once too often than lost. A crash stays one.
            if case .crashed = original { return original }
            return .retry(because: failure)
        }
    }
}
