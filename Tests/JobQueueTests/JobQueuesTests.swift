import Foundation
import Redis
import Testing

@testable import JobQueue

@Suite struct JobQueuesTests {
    @Test(
        "an organization's shard never changes: its jobs would be in two places",
        arguments: [
            ("", 16, 5), ("a", 16, 12), ("foobar", 16, 8), ("acme", 16, 15), ("foobar", 3, 0),
            ("550e8400-e29b-41d4-a716-446655440000", 16, 8), ("ä", 16, 2), ("a", 1, 0),
        ])
    func routing(organization: String, shards: Int, place: Int) {
        let client = RedisClient(RedisConfiguration(host: "127.0.0.1", port: 1))
        let queues = JobQueues(
            (0..<shards).map { JobQueue(client: client, settings: JobQueueSettings(shard: "\($0)")) })
        #expect(queues.shard(of: organization).settings.shard == "\(place)")
    }

    @Test("organizations spread over the shards about evenly")
    func spread() {
        let client = RedisClient(RedisConfiguration(host: "127.0.0.1", port: 1))
        let queues = JobQueues((0..<16).map { JobQueue(client: client, settings: JobQueueSettings(shard: "\($0)")) })
        let counts = Dictionary(grouping: (0..<16_000).map { queues.shard(of: "org-\($0)").settings.shard }) { $0 }
            .mapValues(\.count)
        #expect(counts.count == 16 && counts.values.allSatisfy { (800...1_200).contains($0) })
    }

    @Test(
        "jobs go to their organizations' shards, and a shard that refuses its own keeps none from the others",
        .needsSharedRedis)
    func refusals() async throws {
        try await SharedRedis.withClient { client in
            let shards = (0..<4).map { _ in
                JobQueue(client: client, settings: JobQueueSettings(shard: UUID().uuidString))
            }
            // The first has no epoch, and so takes nothing.
            for shard in shards.dropFirst() { try await shard.establishEpoch(1) }
            let queues = JobQueues(shards)
            let requests = (0..<40).map {
                JobRequest(kind: "look", resource: "r\($0)", organization: "o\($0 % 9)")
            }
            let refused = requests.count { queues.index(of: $0.organization) == 0 }
            #expect(await queues.refusals(of: requests).keys.sorted() == (refused > 0 ? [0] : []))
            #expect(refused > 0, "the organizations' names leave the first shard empty")
            await #expect(throws: JobQueueError.self) { try await queues.enqueue(requests) }
            var found = 0
            for shard in shards.dropFirst() {
                let jobs = try await shard.claim(max: 100)
                #expect(jobs.allSatisfy { queues.shard(of: $0.organization) === shard })
                found += jobs.count
                _ = try await client.send(RedisCommand("DEL", shard.scriptKeys.map { .string($0) }))
            }
            #expect(found == 40 - refused)
        }
    }
}
