import Redis
import Testing

@testable import JobQueue

@Suite struct EnqueueSharingTests {
    @Test("concurrent single enqueues of a queue are all there, in few calls", .needsRedisServer)
    func live() async throws {
        try await PrivateRedisServer.with { server in
            try await SharedRedis.withClient(server.configuration) { client in
                let shard = TestShard(queue: JobQueue(client: client, settings: JobQueueSettings()), client: client)
                try await shard.queue.establishEpoch(1)
                try await shard.queue.enqueue([shard.request("warm")])
                try await shard.raw("CONFIG", "RESETSTAT")
                try await withThrowingTaskGroup(of: [EnqueueOutcome].self) { group in
                    for number in 0..<1_000 {
                        group.addTask { try await shard.queue.enqueue([shard.request("r\(number)")]) }
                    }
                    for try await outcomes in group { #expect(outcomes == [.created]) }
                }
                let calls = try await server.calls(of: "evalsha", client)
                #expect(calls < 500)
                #expect(try await shard.depths().ready == 1_001)
            }
        }
    }
}
