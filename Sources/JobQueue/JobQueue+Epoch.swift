internal import Redis

extension JobQueue {
    /// Establishes an epoch, after which the queue serves.
    ///
    /// - Parameter epoch: from a sequence that never falls, in the database that is the truth; at least 1.
    /// - Throws: ``JobQueueError/epochMismatch(known:found:)`` if a higher one is established already.
    package func establishEpoch(_ epoch: Int64) async throws(JobQueueError) {
        do throws(RedisError) {
            _ = try await client.run(QueueScripts.establish, keys: [keys.epoch()], arguments: [.integer(epoch)])
        } catch {
            guard case .server(let refusal) = error, refusal.code == "EPOCH" else { throw .redis(error) }
            throw .epochMismatch(known: epoch, found: try await currentEpoch())
        }
        adopt(epoch: epoch)
    }

    /// The epoch that Redis holds now, or nil if none is established, as after a loss of all its data.
    ///
    /// A higher one than we knew is taken over.
    package func currentEpoch() async throws(JobQueueError) -> Int64? {
        try await currentEpoch(mustFinish: false)
    }

    func currentEpoch(mustFinish: Bool) async throws(JobQueueError) -> Int64? {
        let found = try await send(RedisCommand("GET", .string(keys.epoch())), mustFinish: mustFinish).integer
        if let found { adopt(epoch: found) }
        return found
    }
}
