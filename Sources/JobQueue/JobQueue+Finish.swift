internal import Redis

extension JobQueue {
    /// Ends one run.
    /// - Parameter random: in 0..<1, for the backoff of ``JobOutcome/retry(after:because:)`` without a time.
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
            let reply = try await run(
                QueueScripts.finish, name: "finish", finishArguments(batch, random: random), mustFinish: true)
            results += try finishResults(reply, count: batch.count, script: "finish")
        }
        return results
    }

    /// Ends runs and takes new ones in their stead, in one round trip.
    /// - Parameters:
    ///   - runs: no more than the batch of the settings.
    ///   - max, queues, worker: as for ``claimNext(max:from:worker:)``.
    package func exchange(
        _ runs: [(job: ClaimedJob, outcome: JobOutcome)], max: Int, from queues: [String]? = nil, worker: String = "",
        random: @Sendable () -> Double = { .random(in: 0..<1) }
    ) async throws(JobQueueError) -> (finished: [FinishResult], claimed: ClaimResult) {
        for queue in queues ?? [] { try known(queue) }
        let queues = queues ?? settings.queues
        let reply = try await run(
            QueueScripts.exchange, name: "exchange",
            claimArguments(max: max, worker: worker) + [.integer(Int64(queues.count))] + queues.map { .string($0) }
                + finishArguments(runs[...], random: random),
            mustFinish: true)
        guard let parts = reply.array, parts.count == 4 else { throw .unexpectedReply(script: "exchange") }
        return (
            try finishResults(parts[0], count: runs.count, script: "exchange"),
            try claimResult(Array(parts[1...]), script: "exchange")
        )
    }

    private func finishArguments(
        _ runs: ArraySlice<(job: ClaimedJob, outcome: JobOutcome)>, random: @Sendable () -> Double
    ) -> [RedisArgument] {
        var arguments: [RedisArgument] = []
        arguments.reserveCapacity(runs.count * 6)
        for (job, outcome) in runs {
            let words = encode(outcome, attempt: job.attempt, random: random)
            arguments.append(.string(job.resource))
            arguments.append(.string(job.token.description))
            arguments.append(.string(words.outcome))
            arguments.append(.integer(words.time))
            arguments.append(.string(words.code))
            arguments.append(.string(words.text))
        }
        return arguments
    }

    private func finishResults(_ reply: RedisValue, count: Int, script: String) throws(JobQueueError) -> [FinishResult]
    {
        let answers = (reply.array ?? []).compactMap { $0.integer.flatMap(FinishResult.init(rawValue:)) }
        guard answers.count == count else { throw .unexpectedReply(script: script) }
        return answers
    }

    private func encode(
        _ outcome: JobOutcome, attempt: Int, random: @Sendable () -> Double
    ) -> (outcome: String, time: Int64, code: String, text: String) {
        switch outcome {
        case .done: ("done", 0, "", "")
        case .retry(let after, let failure):
            (
                "retry", delay(after, attempt: attempt, random: random), failure?.code ?? "", failure?.text ?? ""
            )
        case .crashed(let failure):
            ("crash", delay(nil, attempt: attempt, random: random), failure.code, failure.text)
        case .again(let notBefore): ("again", max(0, notBefore), "", "")
        case .release: ("release", 0, "", "")
        case .throttled(let gate, let until): ("throttle", max(0, until), gate, "")
        case .cancelled: ("cancel", 0, "", "")
        case .dead(let failure): ("dead", 0, failure.code, failure.text)
        }
    }

    private func delay(_ after: Duration?, attempt: Int, random: @Sendable () -> Double) -> Int64 {
        max(0, (after ?? settings.backoff.delay(attempt: attempt, random: random())).milliseconds)
    }
}
