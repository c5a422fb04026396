import Redis
import Testing

@testable import JobQueue

/// What workers say of themselves, and what they are told.
@Suite(.needsSharedRedis) struct WorkerStandingTests {
    private static func settings(_ name: String, concurrency: Int = 2) -> WorkerPoolSettings {
        var settings = WorkerPoolSettings(concurrency: concurrency)
        settings.identity = TestPool.identity(name)
        return settings
    }

    @Test("a worker is on the list from its start, with what it is and does, and off it when it has ended")
    func registry() async throws {
        try await TestShard.with(changing: [set(\.heartbeat, to: .milliseconds(20))]) { shard in
            for round in 0..<5 {
                let mayEnd = Signal<Void>()
                try await TestPool.with(
                    shard, Self.settings("w\(round)", concurrency: 3),
                    handler: { _, _ in
                        _ = await mayEnd.wait()
                        return .done
                    }
                ) { pool in
                    try await shard.eventually("it is heard of") { try await shard.queue.workers().count == 1 }
                    let status = try #require(try await shard.queue.workers().first)
                    #expect(status.identity == TestPool.identity("w\(round)") && status.concurrency == 3)
                    #expect(status.state == .working && status.memoryBytes > 0)
                    #expect(status.queues == [JobQueueSettings.defaultQueue])
                    #expect(abs(status.lastSeen - (try await shard.serverTime())) < 30_000)
                    try await shard.queue.enqueue([shard.request("a"), shard.request("b")])
                    try await shard.eventually("it says what it runs") {
                        try await shard.queue.workers().first?.running == 2
                    }
                    #expect(try await shard.detail("a")?.worker == "w\(round)")
                    mayEnd.fire(())
                    try await shard.eventually("they have ended") { pool.running == 0 }
                }
                let workers = try await shard.queue.workers()
                #expect(workers.isEmpty)
            }
        }
    }

    @Test("a worker that has long been silent is forgotten, and what it was told with it")
    func silence() async throws {
        try await TestShard.with(changing: [set(\.workerSilence, to: .milliseconds(10))]) { shard in
            try await shard.raw("HSET", shard.queue.keys.workers(), "ghost", "1 {}")
            #expect(try await shard.queue.order(worker: "ghost", WorkerOrder(conduct: .stop)) as Bool)
            let isHeardOf = try await shard.queue.order(worker: "nobody", nil)
            #expect(!isHeardOf)
            _ = try await shard.reapOnce()
            #expect(try await shard.queue.overview().workers == 0)
            #expect(try await shard.raw("HLEN", shard.queue.keys.control()).integer == 0)
        }
    }

    @Test("an operator makes a worker quiet, work again, take other numbers, and stop, by its heartbeat")
    func orders() async throws {
        try await TestShard.with(changing: [set(\.heartbeat, to: .milliseconds(20))]) { shard in
            let pool = WorkerPool(queue: shard.queue, settings: Self.settings("w")) { _, context in
                while !context.shouldStop && !Task.isCancelled {
                    do { try await Task.sleep(for: .milliseconds(2)) } catch { break }
                }
                return .release
            }
            async let end: Void = pool.run()
            try await shard.eventually("it is heard of") { try await shard.queue.workers().count == 1 }
            #expect(try await shard.queue.order(worker: "w", WorkerOrder(conduct: .quiet)) as Bool)
            try await shard.eventually("it says that it is quiet") {
                try await shard.queue.workers().first?.state == .quiet
            }
            try await shard.queue.enqueue((0..<9).map { shard.request("r\($0)") })
            // Several heartbeats later.
            let seen = try #require(try await shard.queue.workers().first).lastSeen
            try await shard.eventually("it beats on") {
                (try await shard.queue.workers().first?.lastSeen ?? 0) > seen + 60
            }
            #expect(pool.running == 0 && pool.counts.claimed == 0)

            try await shard.queue.order(worker: "w", WorkerOrder(conduct: .work, concurrency: 5))
            try await shard.eventually("five run") { pool.running == 5 }
            #expect(pool.concurrency == 5 && !pool.isQuiet)
            try await shard.queue.order(worker: "w", WorkerOrder(conduct: .work, concurrency: 7))
            try await shard.eventually("seven run") { pool.running == 7 }

            try await shard.queue.order(worker: "w", WorkerOrder(conduct: .stop))
            await end
            let depths = try await shard.depths()
            #expect(depths.active == 0 && depths.ready == 9)
            #expect(try await shard.queue.overview().workers == 0)
            #expect(try await shard.raw("HLEN", shard.queue.keys.control()).integer == 0)
        }
    }

    @Test("an order is followed once: what is done at the worker since then stands")
    func once() async throws {
        try await TestShard.with(changing: [set(\.heartbeat, to: .milliseconds(20))]) { shard in
            try await TestPool.with(shard, Self.settings("w"), handler: { _, _ in .done }) { pool in
                try await shard.eventually("it is heard of") { try await shard.queue.workers().count == 1 }
                try await shard.queue.order(worker: "w", WorkerOrder(conduct: .quiet))
                try await shard.eventually("it is quiet") { pool.isQuiet }
                pool.setQuiet(false)
                let seen = try #require(try await shard.queue.workers().first).lastSeen
                try await shard.eventually("it beats on") {
                    (try await shard.queue.workers().first?.lastSeen ?? 0) > seen + 60
                }
                #expect(!pool.isQuiet)
            }
        }
    }
}
