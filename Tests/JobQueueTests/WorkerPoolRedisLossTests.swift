import Redis
import Testing

@testable import JobQueue

@Suite(.needsRedisServer) struct WorkerPoolRedisLossTests {
    @Test(
        """
        a pool outlives its Redis: it reconnects, refuses the emptied server, and works once an epoch is \
        established
        """
    )
    func restart() async throws {
        try await PrivateRedisServer.with { server in
            try await SharedRedis.withClient(server.configuration) { client in
                let shard = TestShard(queue: JobQueue(client: client, settings: JobQueueSettings()), client: client)
                try await shard.queue.establishEpoch(1)
                let pool = WorkerPool(queue: shard.queue, settings: WorkerPoolSettings(concurrency: 2)) { _, _ in .done
                }
                async let end: Void = pool.run()
                try await shard.queue.enqueue([shard.request("a")])
                try await shard.eventually("the first job has run") { pool.counts.finished == 1 }

                await server.stop()
                try await server.start()
                await #expect(throws: JobQueueError.epochMismatch(known: 1, found: nil)) {
                    try await shard.queue.enqueue([shard.request("b")])
                }
                try await shard.queue.establishEpoch(2)
                try await shard.queue.enqueue([shard.request("b")])
                try await shard.eventually("the second job has run") { pool.counts.finished == 2 }
                pool.stop()
                await end
            }
        }
    }
}
