import MailModel
import MailStore
import Testing

@testable import JobQueue
@testable import Operations

@Suite("Queues over several shards", .needsServers)
struct QueueOperationsTests {
    static let names = (0..<40).map { "r\($0)" }

    @Test("a queue's numbers are those of all shards")
    func merges() async throws {
        try await Installation.with { installation in
            // given jobs in both shards, of which two run
            try await installation.enqueue(Self.names)
            try await installation.enqueue(["elsewhere"], queue: "other")
            for shard in installation.shards { _ = try await shard.claim(max: 1) }
            // when
            let queues = try await installation.operations.queues()
            // then
            #expect(queues.map(\.name) == ["default", "other"])
            #expect(queues[0].ready + queues[1].ready == 39 && queues[0].active + queues[1].active == 2)
            #expect(queues.map { $0.totals["enqueued"] } == [40, 1])
            #expect(queues.map(\.parked) == [0, 0])
            let loads = try await installation.shards[0].overview().queues[0].totals["enqueued"] ?? 0
            #expect((1..<40).contains(loads), "both shards have some")
            // and at a glance
            let overview = await installation.operations.overview()
            #expect(overview.active == 2 && overview.ready == 39 && overview.problems == [])
            #expect(overview.servers.count == 2 && overview.deadLetters == 0 && overview.leader == nil)
            #expect(overview.accounts == [])
        }
    }

    @Test("parked jobs are counted apart for one queue, where several have some")
    func countsParked() async throws {
        try await Installation.with(shards: 1) { installation in
            let shard = installation.shards[0]
            try await shard.setGate("host:a", GateLimit(slots: 0))
            for (resource, queue) in [("x", "default"), ("y", "default"), ("z", "other")] {
                try await shard.enqueue([
                    JobRequest(kind: "look", queue: queue, resource: resource, organization: "o", gates: ["host:a"])
                ])
            }
            _ = try await shard.claim(max: 10)
            #expect(try await installation.operations.queues().map(\.parked) == [nil, nil])
            #expect(try await installation.operations.queue("default").parked == 2)
            #expect(try await installation.operations.queue("other").parked == 1)
            #expect(await installation.operations.overview().parked == 3)
        }
    }

    @Test("pausing and resuming reach every shard, and say whether they changed anything")
    func pauses() async throws {
        try await Installation.with { installation in
            try await installation.enqueue(Self.names)
            #expect(try await installation.operations.pause(queue: "default"))
            #expect(try await !installation.operations.pause(queue: "default"))
            for shard in installation.shards { #expect(try await shard.claim(max: 5).isEmpty) }
            #expect(try await installation.operations.queue("default").isPaused)
            #expect(try await installation.store.queueControls() == ["default": .paused])
            #expect(try await installation.operations.resume(queue: "default"))
            for shard in installation.shards { #expect(try await !shard.claim(max: 5).isEmpty) }
            #expect(try await installation.store.queueControls() == [:])
            #expect(
                try await installation.audited() == [
                    "queue.pause queue:default", "queue.pause queue:default", "queue.resume queue:default",
                ])
        }
    }

    @Test("a drain waits until nothing runs, and tells how much still does")
    func drains() async throws {
        try await Installation.with { installation in
            // given one running job in each shard
            try await installation.enqueue(Self.names)
            var running: [(JobQueue, ClaimedJob)] = []
            for shard in installation.shards { running.append((shard, try await shard.claim(max: 1)[0])) }
            // when its time is over while they run, then
            await #expect(throws: OperationsError.self) {
                try await installation.operations.drain(queue: "default", timeout: .zero, every: .milliseconds(1))
            }
            // when they go back one by one, then
            var seen: [Int] = []
            let operations = installation.operations
            let (shard, job) = running[0]
            #expect(try await shard.finish(job, .release) == .waiting)
            async let last: Void = {
                try await installation.eventually("the drain looks") {
                    try await running[1].0.overview().queues[0].isDraining
                }
                _ = try await running[1].0.finish(running[1].1, .release)
            }()
            try await operations.drain(queue: "default", every: .milliseconds(1)) { seen.append($0) }
            try await last
            #expect(seen.last == 0 && (1...2).contains(seen.count))
            #expect(try await operations.queue("default").isDraining)
            #expect(try await installation.store.queueControls() == ["default": .draining])
        }
    }

    @Test("purging removes what waits in every shard and leaves what runs")
    func purges() async throws {
        try await Installation.with { installation in
            try await installation.enqueue((0..<2_500).map { "r\($0)" })
            try await installation.enqueue(["elsewhere"], queue: "other")
            for shard in installation.shards { _ = try await shard.claimNext(max: 1, from: ["default"]) }
            var told = 0
            #expect(try await installation.operations.purge(queue: "default") { told = $0 } == 2_498)
            #expect(told == 2_498)
            let queues = try await installation.operations.queues()
            #expect(queues.map(\.ready) == [0, 1] && queues[0].active == 2)
        }
    }

    @Test("an unknown queue is refused with the names of those there are, and nothing is audited")
    func refusesUnknown() async throws {
        try await Installation.with { installation in
            let operations = installation.operations
            for deed in [operations.pause, operations.resume] {
                let error = await #expect(throws: OperationsError.self) { _ = try await deed("mails") }
                #expect(error?.description == "there is no queue mails; there are default, other")
            }
            await #expect(throws: OperationsError.self) { try await operations.purge(queue: "mails") }
            await #expect(throws: OperationsError.self) { _ = try await operations.jobs(JobSearch(queue: "mails")) }
            let audited = try await installation.audited()
            #expect(audited == [])
        }
    }

    @Test("a shard without an epoch is named with the way out")
    func namesMissingEpoch() async throws {
        try await Installation.with(shards: 1, epoch: nil) { installation in
            let error = await #expect(throws: OperationsError.self) { _ = try await installation.operations.queues() }
            #expect(error?.description.contains("start one with `postrider scheduler`") == true)
            let overview = await installation.operations.overview()
            #expect(overview.problems.count == 1 && overview.database != nil && overview.servers[0].server != nil)
        }
    }

    @Test("the rate is what was done in the last five full minutes, and unknown where nobody counts")
    func tellsRates() async throws {
        try await Installation.with(shards: 1) { installation in
            let minute = Installation.now / 60 * 60
            let now = EpochSeconds(minute + 30)
            #expect(try await installation.operations.queue("default", now: now).rate == nil)
            func count(_ outcome: String, _ count: Int, minutesAgo: Int64) -> JobMinute {
                JobMinute(
                    minute: EpochSeconds(minute - minutesAgo * 60), queue: "default", kind: "look", outcome: outcome,
                    count: count, totalMilliseconds: 1, maxMilliseconds: 1)
            }
            try await Store(pool: installation.administrator).add([
                count("done", 100, minutesAgo: 1), count("done", 50, minutesAgo: 5), count("dead", 10, minutesAgo: 2),
                count("release", 99, minutesAgo: 1), count("done", 9_999, minutesAgo: 0),
                count("done", 9_999, minutesAgo: 6),
            ])
            #expect(
                try await installation.operations.queue("default", now: now).rate == QueueRate(processed: 30, failed: 2)
            )
            #expect(
                try await installation.operations.queue("other", now: now).rate == QueueRate(processed: 0, failed: 0))
        }
    }
}
