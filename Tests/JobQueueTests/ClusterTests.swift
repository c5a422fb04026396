import Redis
import Testing

@testable import JobQueue

/// A Redis Cluster of three masters of a test's own, each with a third of the slots.
private enum TestCluster {
    static func with(_ body: ([PrivateRedisServer], [RedisClient]) async throws -> Void) async throws {
        try await node { a in
            try await node { b in
                try await node { c in
                    let servers = [a.0, b.0, c.0]
                    let clients = servers.map { RedisClient($0.configuration) }
                    try await join(servers, clients, ports: [a.1, b.1, c.1])
                    try await body(servers, clients)
                    for client in clients { await client.close() }
                }
            }
        }
    }

    private static func node(_ body: ((PrivateRedisServer, Int)) async throws -> Void) async throws {
        let bus = try PrivateRedisServer.freePort()
        try await PrivateRedisServer.with(
            arguments: { _, _ in ["--cluster-enabled", "yes", "--cluster-port", "\(bus)"] }
        ) { try await body(($0, bus)) }
    }

    private static func join(_ servers: [PrivateRedisServer], _ clients: [RedisClient], ports: [Int]) async throws {
        let bounds = [0, 5_461, 10_923, 16_384]
        for (number, client) in clients.enumerated() {
            _ = try await client.send(
                RedisCommand(
                    "CLUSTER", "ADDSLOTSRANGE", .integer(Int64(bounds[number])), .integer(Int64(bounds[number + 1] - 1))
                ))
            _ = try await client.send(RedisCommand("CLUSTER", "SET-CONFIG-EPOCH", .integer(Int64(number + 1))))
        }
        for number in 1..<clients.count {
            _ = try await clients[0].send(
                RedisCommand(
                    "CLUSTER", "MEET", "127.0.0.1", .integer(Int64(servers[number].port)),
                    .integer(Int64(ports[number]))))
        }
        let end = ContinuousClock.now + .seconds(120)
        for client in clients {
            while true {
                let info = try await client.send(RedisCommand("CLUSTER", "INFO")).string ?? ""
                if info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3") { break }
                try #require(ContinuousClock.now < end, "the cluster never came up: \(info)")
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    static func owner(of shard: String, _ clients: [RedisClient]) async throws -> Int {
        let slot = try await clients[0].send(
            RedisCommand("CLUSTER", "KEYSLOT", .string(QueueKeys(shard: shard).epoch())))
        let number = try #require(slot.integer)
        return number < 5_461 ? 0 : number < 10_923 ? 1 : 2
    }
}

@Suite(.needsRedisServer) struct ClusterTests {
    @Test("every script runs on a Redis Cluster, for every shard, on the node that has its slot (guard: the hash tag)")
    func everyScript() async throws {
        try await TestCluster.with { _, clients in
            var nodes: Set<Int> = []
            for name in (0..<16).map(String.init) {
                let node = try await TestCluster.owner(of: name, clients)
                nodes.insert(node)
                let client = clients[node]
                var settings = JobQueueSettings(shard: name, queues: ["first", "second"])
                settings.agingStep = .seconds(1)
                let shard = TestShard(queue: JobQueue(client: client, settings: settings), client: client)
                try await exercise(shard)
            }
            #expect(nodes == [0, 1, 2])
        }
    }

    /// Each of ``QueueScripts`` at least once, with gates, delays, merges and losses.
    private func exercise(_ shard: TestShard) async throws {
        let queue = shard.queue
        try await queue.establishEpoch(1)
        try await queue.setGate("host:a", GateLimit(slots: 1, rate: 100, burst: 10))
        let later = try await shard.serverTime() + 3_600_000
        try await queue.enqueue(
            (0..<3).map { shard.request("r\($0)", queue: "first", gates: ["host:a"]) }
                + [shard.request("later", queue: "second", notBefore: later), shard.request("free", queue: "second")])
        let jobs = try await queue.claim(max: 9)
        #expect(jobs.count == 2)
        #expect(try await shard.extend(jobs).isEmpty)
        let next = try await queue.exchange([(job: jobs[0], outcome: .done)], max: 9)
        #expect(next.finished == [.ended] && next.claimed.jobs.count == 1)
        #expect(try await queue.finish(jobs[1], .retry(after: .zero)) == .waiting)
        let taken = try await queue.take(resource: "later")
        #expect(taken != nil)
        try await shard.expireLease(of: "later", queue: "second")
        #expect(try await shard.reapOnce().expired == 1)
        _ = try await queue.promoteDue()
        for deed in [queue.pause, queue.drain, queue.resume] { #expect(try await deed("second") as Bool) }
        try await queue.closeGate("host:a", until: later)
        _ = try await queue.runNow(resource: "later")
        _ = try await queue.cancel(resource: "later")
        try await queue.order(worker: "w", .init(conduct: .quiet))
        try await queue.strikeOff(worker: "w")
        #expect(try await shard.detail("free") != nil)
        let page = try await queue.jobs()
        #expect(!page.jobs.isEmpty)
        #expect(try await queue.gates().count == 1)
        _ = try await queue.purge(queue: "first")
        #expect(try await queue.overview().queues.count == 2)
        #expect(try await queue.workers().isEmpty)
    }

    @Test("a script whose keys lie in two slots is refused, and so is one that reaches for another node's key")
    func otherTag() async throws {
        try await TestCluster.with { _, clients in
            let names = (0..<16).map(String.init)
            var owners: [Int] = []
            for name in names { owners.append(try await TestCluster.owner(of: name, clients)) }
            let other = try #require(owners.firstIndex { $0 != owners[0] })
            let client = clients[owners[0]]
            let mine = JobQueue(client: client, settings: JobQueueSettings(shard: names[0]))
            try await mine.establishEpoch(1)
            var keys = mine.scriptKeys
            keys[2] = QueueKeys(shard: names[other]).jobs()
            let arguments: [RedisArgument] = [1, 1, .string(JobQueueSettings.defaultQueue)]
            let refusal = await failure {
                try await client.run(QueueScripts.overview, keys: keys, arguments: arguments)
            }
            #expect(refusal?.code == "CROSSSLOT")
            // Had a script made up a key that it was not given, it would not get far.
            let reaching = RedisScript("return redis.call('GET', ARGV[1])")
            let stray = await failure {
                try await client.run(
                    reaching, keys: [mine.keys.epoch()], arguments: [.string(QueueKeys(shard: names[other]).epoch())])
            }
            #expect(stray != nil)
        }
    }

    private func failure(_ body: () async throws -> RedisValue) async -> RedisServerError? {
        do {
            _ = try await body()
            return nil
        } catch RedisError.server(let refusal) {
            return refusal
        } catch {
            Issue.record(error)
            return nil
        }
    }
}
