internal import Redis

extension JobQueue {
    /// Ends one run.
    /// - Parameter random: in 0..<1, for the backoff of ``JobOutcome/retry(after:)`` without a time.
    @discardableResult
    package func finish(
        _ job: ClaimedJob, _ outcome: JobOutcome, random: Double = .random(in: 0..<1)
    ) async throws(JobQueueError) -> FinishResult {
        try await finish([(job, outcome)], random: { random })[0]
    }

    /// Ends runs. A cancelled task waits for the reply all the same.
    /// - Returns: a result for each, in order; a stale token is refused and counted, and is no error.
    /// - Throws: ``JobQueueError``. Asking again is safe: what had been finished is then refused as stale.
    package func finish(
        _ runs: [(job: ClaimedJob, outcome: JobOutcome)],
        random: @Sendable () -> Double = { .random(in: 0..<1) }
    ) async throws(JobQueueError) -> [FinishResult] {
        var results: [FinishResult] = []
        results.reserveCapacity(runs.count)
        for start in stride(from: 0, to: runs.count, by: settings.batch) {
            let batch = runs[start..<min(start + settings.batch, runs.count)]
            var arguments: [RedisArgument] = []
            arguments.reserveCapacity(batch.count * 4)
            for (job, outcome) in batch {
                let (word, time) = encode(outcome, attempt: job.attempt, random: random)
                arguments += [
                    .string(job.resource), .string(job.token.description), .string(word), .integer(time),
                ]
            }
            let reply = try await run(QueueScripts.finish, name: "finish", arguments, mustFinish: true)
            let answers = (reply.array ?? []).compactMap { $0.integer.flatMap(FinishResult.init(rawValue:)) }
            guard answers.count == batch.count else { throw .unexpectedReply(script: "finish") }
            results += answers
        }
        return results
    }

    private func encode(
        _ outcome: JobOutcome, attempt: Int, random: @Sendable () -> Double
    ) -> (word: String, milliseconds: Int64) {
        switch outcome {
        case .done: ("done", 0)
        case .retry(let after):
            ("retry", max(0, (after ?? settings.backoff.delay(attempt: attempt, random: random())).milliseconds))
        case .again(let notBefore): ("again", max(0, notBefore))
        case .release: ("release", 0)
        }
    }
}
