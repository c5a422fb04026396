package import Redis

extension JobQueue {
    /// Which server answers now.
    package func identity() async throws(JobQueueError) -> ServerIdentity { ServerIdentity(try await server()) }

    /// The server's state, as far as a queue depends on it.
    package func server() async throws(JobQueueError) -> RedisServerIdentity {
        do throws(RedisError) {
            return try await client.identity()
        } catch {
            throw .redis(error)
        }
    }

    /// Which of the resources have no job, neither waiting nor running, in order.
    package func missing(_ resources: [String]) async throws(JobQueueError) -> [String] {
        var found: [String] = []
        for start in stride(from: 0, to: resources.count, by: settings.batch) {
            let batch = resources[start..<min(start + settings.batch, resources.count)]
            var command = RedisCommand("HMGET", .string(keys.jobs()))
            for resource in batch { command.append(.string(resource)) }
            let reply = try await send(command)
            guard let records = reply.array, records.count == batch.count else {
                throw .unexpectedReply(script: "HMGET")
            }
            found += zip(batch, records).filter { $0.1.isNull }.map(\.0)
        }
        return found
    }
}
