internal import Redis

extension JobQueue {
    /// The workers that are heard of, by name. One that has been silent for a lease is as good as gone; the reaper forgets
    /// it later.
    package func workers() async throws(JobQueueError) -> [WorkerStatus] {
        let reply = try await send(RedisCommand("HVALS", .string(keys.workers())))
        guard let values = reply.array else { throw .unexpectedReply(script: "HVALS") }
        return values.compactMap { $0.string.flatMap(WorkerStatus.init(text:)) }
            .sorted { $0.identity.name < $1.identity.name }
    }

    /// Milliseconds since 1970 by the clock of Redis, which all times of the queue are told by.
    package func serverTime() async throws(JobQueueError) -> Int64 {
        let parts = (try await send(RedisCommand("TIME")).array ?? []).compactMap(\.integer)
        guard parts.count == 2 else { throw .unexpectedReply(script: "TIME") }
        return parts[0] * 1_000 + parts[1] / 1_000
    }
}
