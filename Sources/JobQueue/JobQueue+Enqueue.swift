internal import Redis

extension JobQueue {
    /// Asks for jobs.
    /// - Parameter requests: any number; they are sent in batches, in order.
    /// - Returns: an outcome for each, in order.
    /// - Throws: ``JobQueueError``. Batches before the one that failed stay; asking again for all does no harm.
    @discardableResult
    package func enqueue(_ requests: [JobRequest]) async throws(JobQueueError) -> [EnqueueOutcome] {
        for request in requests {
            if let field = request.defect { throw .invalidRequest(field: field) }
            guard settings.queues.contains(request.queue) else { throw .unknownQueue(request.queue) }
        }
        var outcomes: [EnqueueOutcome] = []
        outcomes.reserveCapacity(requests.count)
        for start in stride(from: 0, to: requests.count, by: settings.batch) {
            let batch = requests[start..<min(start + settings.batch, requests.count)]
            var arguments: [RedisArgument] = []
            arguments.reserveCapacity(batch.count * 7)
            for request in batch {
                arguments += [
                    .string(request.resource), .string(request.kind), .string(request.queue),
                    .string(request.organization),
                    .string(request.gates.joined(separator: "\n")), .integer(Int64(request.priority.rawValue)),
                    .integer(request.notBefore ?? 0),
                ]
            }
            let reply = try await run(QueueScripts.enqueue, name: "enqueue", arguments)
            let answers = (reply.array ?? []).compactMap { $0.integer.flatMap(EnqueueOutcome.init(rawValue:)) }
            guard answers.count == batch.count else { throw .unexpectedReply(script: "enqueue") }
            outcomes += answers
        }
        return outcomes
    }
}
