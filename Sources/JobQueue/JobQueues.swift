/// All shards of the queue: an organization's jobs are always in the same one.
package struct JobQueues: Sendable {
    /// At least one, in an order that all processes of an installation share.
    package let shards: [JobQueue]

    /// - Parameter shards: as above; their number decides where organizations are, so that it may only be changed while
    ///   nothing runs. Jobs of an abandoned shard are dispatched anew, since the truth is in PostgreSQL.
    package init(_ shards: [JobQueue]) {
        precondition(!shards.isEmpty, "a queue needs a shard")
        self.shards = shards
    }

    /// The shard of an organization's jobs.
    package func shard(of organization: String) -> JobQueue { shards[index(of: organization)] }

    /// Asks for jobs, each in its organization's shard; of all shards at once, so that one which doesn't answer keeps no
    /// job from the others.
    /// - Throws: what the first shard that refused said, once all have answered. What had been enqueued stays; asking
    ///   again for all does no harm.
    package func enqueue(_ requests: [JobRequest]) async throws(JobQueueError) {
        if let refusal = await refusals(of: requests).min(by: { $0.key < $1.key }) { throw refusal.value }
    }

    /// Asks for jobs as ``enqueue(_:)`` does.
    /// - Returns: why, for each shard whose jobs are not, or not all, in the queue.
    package func refusals(of requests: [JobRequest]) async -> [Int: JobQueueError] {
        let shares = Dictionary(grouping: requests) { index(of: $0.organization) }
        return await withTaskGroup(of: (Int, JobQueueError?).self) { group in
            for (shard, requests) in shares {
                group.addTask {
                    do throws(JobQueueError) {
                        _ = try await self.shards[shard].enqueue(requests)
                        return (shard, nil)
                    } catch {
                        return (shard, error)
                    }
                }
            }
            var refusals: [Int: JobQueueError] = [:]
            for await (shard, refusal) in group { refusals[shard] = refusal }
            return refusals
        }
    }

    /// Which of the jobs that are asked for have none yet, neither waiting nor running.
    package func missing(_ requests: [JobRequest]) async throws(JobQueueError) -> [JobRequest] {
        var found: [JobRequest] = []
        for (shard, requests) in Dictionary(grouping: requests, by: { index(of: $0.organization) }) {
            let missing = Set(try await shards[shard].missing(requests.map(\.resource)))
            found += requests.filter { missing.contains($0.resource) }
        }
        return found
    }

    /// Where in ``shards`` an organization's is.
    ///
    /// FNV-1a: the same in every process and version, which Swift's own hash is not.
    package func index(of organization: String) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in organization.utf8 {
            hash ^= UInt64(byte)
            hash = hash &* 0x100_0000_01b3
        }
        return Int(hash % UInt64(shards.count))
    }
}
