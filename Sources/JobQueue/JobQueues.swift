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

    /// Asks for jobs, each in its organization's shard.
    /// - Returns: an outcome for each, in order.
    /// - Throws: ``JobQueueError``. What had been enqueued stays; asking again for all does no harm.
    @discardableResult
    package func enqueue(_ requests: [JobRequest]) async throws(JobQueueError) -> [EnqueueOutcome] {
        if shards.count == 1 { return try await shards[0].enqueue(requests) }
        var places: [Int: [Int]] = [:]
        for (place, request) in requests.enumerated() {
            places[index(of: request.organization), default: []].append(place)
        }
        var outcomes = [EnqueueOutcome](repeating: .merged, count: requests.count)
        for (shard, places) in places.sorted(by: { $0.key < $1.key }) {
            let answers = try await shards[shard].enqueue(places.map { requests[$0] })
            for (place, answer) in zip(places, answers) { outcomes[place] = answer }
        }
        return outcomes
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

    // FNV-1a: the same in every process and version, which Swift's own hash is not.
    private func index(of organization: String) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in organization.utf8 {
            hash ^= UInt64(byte)
            hash = hash &* 0x100_0000_01b3
        }
        return Int(hash % UInt64(shards.count))
    }
}
