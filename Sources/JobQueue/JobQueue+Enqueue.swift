internal import CallSharing
internal import Redis

extension JobQueue {
    /// Asks for jobs.
    /// Few requests share a call with others that come at the same time.
    /// - Parameter requests: any number; they are sent in batches, in order.
    /// - Returns: an outcome for each, in order.
    /// - Throws: ``JobQueueError``. Batches before the one that failed stay; asking again for all does no harm.
    @discardableResult
    package func enqueue(_ requests: [JobRequest]) async throws(JobQueueError) -> [EnqueueOutcome] {
        for request in requests {
            if let field = request.defect { throw .invalidRequest(field: field) }
            guard settings.queues.contains(request.queue) else { throw .unknownQueue(request.queue) }
        }
        // What fills a call by itself gains nothing by waiting for others.
        if requests.count * 2 <= settings.batch {
            return try await enqueues.perform(requests) { requests throws(JobQueueError) in try await send(requests) }
        }
        var outcomes: [EnqueueOutcome] = []
        outcomes.reserveCapacity(requests.count)
        for start in stride(from: 0, to: requests.count, by: settings.batch) {
            outcomes += try await send(Array(requests[start..<min(start + settings.batch, requests.count)]))
        }
        return outcomes
    }

    /// Sends one batch.
    private func send(_ batch: [JobRequest]) async throws(JobQueueError) -> [EnqueueOutcome] {
        var arguments: [RedisArgument] = []
        arguments.reserveCapacity(batch.count * 7)
        for request in batch {
            arguments.append(.string(request.resource))
            arguments.append(.string(request.kind))
            arguments.append(.string(request.queue))
            arguments.append(.string(request.organization))
            arguments.append(.string(request.gates.joined(separator: "\n")))
            arguments.append(.integer(Int64(request.priority.rawValue)))
            arguments.append(.integer(request.notBefore ?? 0))
        }
        // Others may share the call: one caller's cancellation must not be theirs.
        let reply = try await run(QueueScripts.enqueue, name: "enqueue", arguments, mustFinish: true)
        let answers = (reply.array ?? []).compactMap { $0.integer.flatMap(EnqueueOutcome.init(rawValue:)) }
        guard answers.count == batch.count else { throw .unexpectedReply(script: "enqueue") }
        return answers
    }
}
