import Redis
import Synchronization
import Testing

@testable import JobQueue

/// What becomes of jobs that a gate keeps back.
@Suite(.needsSharedRedis) struct ParkingTests {
    @Test(
        """
        a gate full of one organization's jobs lets another's through after one place (guard: the organization \
        let in last, in unpark)
        """
    )
    func roundRobin() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 1))
            try await shard.queue.enqueue(
                (0..<50).map { shard.request("m\($0)", organization: "many", gates: ["host:a"]) })
            var job = try await shard.claimOne()
            #expect(try await shard.claim(max: 99).isEmpty)
            #expect(try await shard.depths().parked == 49)
            try await shard.queue.enqueue(
                ["zeta", "alpha"].map { shard.request($0, organization: $0, gates: ["host:a"]) })
            #expect(try await shard.claim(max: 9).isEmpty)
            var order: [String] = []
            for _ in 0..<4 {
                job = try #require(
                    try await shard.queue.exchange([(job: job, outcome: .done)], max: 1).claimed.jobs.first)
                order.append(job.organization)
            }
            #expect(order.prefix(3).contains("zeta") && order.prefix(3).contains("alpha"))
            #expect(order.contains("many"))
        }
    }

    @Test("a crash leaks no slot: the reaper gives its place to the next (guard: the slots freed by rescue)")
    func crash() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 1))
            try await shard.queue.enqueue(["a", "b"].map { shard.request($0, organization: $0, gates: ["host:a"]) })
            let lost = try await shard.claimOne()
            #expect(try await shard.claim(max: 1).isEmpty)
            try await shard.expireLease(of: lost.resource)
            #expect(try await shard.reapOnce().expired == 1)
            #expect(try await shard.gate("host:a")?.slotsUsed == 0)
            var seen: Set<String> = []
            for _ in 0..<2 {
                let job = try await shard.claimOne()
                #expect(try await shard.claim(max: 1).isEmpty)
                seen.insert(job.resource)
                #expect(try await shard.finish(job, .done) == .ended)
            }
            #expect(seen == ["a", "b"])
        }
    }

    @Test(
        "a slot whose job does not run is freed, and its gate's parked jobs go on (guard: the reaper's scan of slots)")
    func leakedSlot() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 1))
            try await shard.raw("ZADD", shard.queue.keys.slots(), "0", "host:a\0ghost")
            try await shard.queue.enqueue([shard.request(gates: ["host:a"])])
            #expect(try await shard.claim(max: 1).isEmpty)
            #expect(try await shard.reapOnce().freedSlots == 1)
            #expect(try await shard.claimOne().resource == "a")
        }
    }

    @Test("a job that runs keeps its slot through the reaper's scans")
    func heldSlot() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 1))
            try await shard.queue.enqueue(["a", "b"].map { shard.request($0, gates: ["host:a"]) })
            _ = try await shard.claimOne()
            let counts = try await shard.reapOnce()
            #expect(counts.freedSlots == 0)
            #expect(try await shard.claim(max: 1).isEmpty)
        }
    }

    @Test("raising a limit, or taking it away, lets parked jobs go at once", arguments: ["host:a", "host:*"])
    func raising(_ gate: String) async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate(gate, GateLimit(slots: 1))
            try await shard.queue.enqueue((0..<9).map { shard.request("r\($0)", gates: ["host:a"]) })
            #expect(try await shard.claim(max: 9).count == 1)
            try await shard.queue.setGate(gate, GateLimit(slots: 3))
            #expect(try await shard.claim(max: 9).count == 2)
            try await shard.queue.setGate(gate, nil)
            #expect(try await shard.claim(max: 9).count == 6)
            #expect(try await shard.queue.gates().allSatisfy { $0.limit.slots == nil })
        }
    }

    @Test("parked jobs don't block other jobs of the same organization")
    func sameOrganization() async throws {
        try await TestShard.with { shard in
            try await shard.queue.closeGate("host:a", until: try await shard.serverTime() + 3_600_000)
            try await shard.queue.enqueue((0..<40).map { shard.request("shut\($0)", gates: ["host:a"]) })
            try await shard.waitUntil(serverTime: try await shard.serverTime() + 2)
            try await shard.queue.enqueue([shard.request("free")])
            #expect(try await shard.claim(max: 1).map(\.resource) == ["free"])
        }
    }

    @Test(
        """
        a claim over thousands of candidates that their gate keeps back parks a bounded number, and still finds \
        another organization's job (guards: the bound of a claim, an organization's share of it)
        """
    )
    func bounded() async throws {
        try await TestShard.with(changing: [set(\.maintenanceBatch, to: 100), set(\.batch, to: 500)]) { shard in
            try await shard.queue.closeGate("host:a", until: try await shard.serverTime() + 3_600_000)
            try await shard.queue.enqueue(
                (0..<5_000).map { shard.request("m\($0)", organization: "many", gates: ["host:a"]) })
            try await shard.queue.enqueue([shard.request("single", organization: "single")])
            let first = try await shard.queue.claimNext(max: 1)
            #expect(first.jobs.map(\.resource) == ["single"])
            #expect(try await shard.depths().parked <= 101)

            // One that stands behind all of them is found too, by a bounded number of bounded calls.
            try await shard.queue.enqueue([shard.request("last", organization: "many", priority: .backfill)])
            var calls = 0
            var found: [String] = []
            var mayBeMore = true
            while found.isEmpty && mayBeMore && calls < 100 {
                let before = try await shard.depths().parked
                let result = try await shard.queue.claimNext(max: 1)
                found = result.jobs.map(\.resource)
                mayBeMore = result.mayBeMore
                calls += 1
                #expect(try await shard.depths().parked - before <= 101)
            }
            #expect(found == ["last"] && calls <= 52)
            #expect(try await shard.depths().parked == 5_000)
        }
    }

    @Test("a claim of one passes over organizations that have nothing left (guard: the further pages of turns)")
    func emptyTurns() async throws {
        try await TestShard.with { shard in
            for number in 0..<20 {
                try await shard.queue.enqueue([shard.request("r\(number)", organization: "o\(number)")])
            }
            for _ in 0..<20 { #expect(try await shard.claim(max: 1).count == 1) }
        }
    }

    @Test("a wish for a parked job moves it to the front of its organization's line (guard: the place of a merge)")
    func raisedWhileParked() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 1))
            try await shard.queue.enqueue(
                (0..<9).map { shard.request("r\($0)", gates: ["host:a"], priority: .backfill) })
            let job = try await shard.claimOne()
            #expect(try await shard.claim(max: 9).isEmpty)
            #expect(
                try await shard.enqueue([shard.request("r7", gates: ["host:a"], priority: .interactive)]) == [.merged])
            #expect(try await shard.depths().parked == 8)
            let next = try await shard.queue.exchange([(job: job, outcome: .done)], max: 1).claimed.jobs
            #expect(next.map(\.resource) == ["r7"])
            let runNow = try await shard.queue.runNow(resource: "r5")
            #expect(runNow)
            let after = try await shard.queue.exchange([(job: next[0], outcome: .done)], max: 1).claimed.jobs
            #expect(after.map(\.resource) == ["r5"])
        }
    }

    @Test("a gate whose slots are taken waits for a finish, not for a time")
    func noPolling() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 1, rate: 1_000, burst: 100))
            try await shard.queue.setGate("host:never", GateLimit(rate: 0, burst: 1))
            try await shard.queue.enqueue((0..<3).map { shard.request("r\($0)", gates: ["host:a"]) })
            try await shard.queue.enqueue((0..<3).map { shard.request("n\($0)", gates: ["host:never"]) })
            #expect(try await shard.claim(max: 9).count == 2)
            try await shard.eventually("nothing is left to look at") {
                let (_, next) = try await shard.queue.promoteDue()
                return next == nil
            }
        }
    }

    @Test(
        """
        a gate that was closed by a pool which stops opens in time for another that listens (guard: the wake-up of a \
        throttle)
        """
    )
    func throttledByAnother() async throws {
        try await TestShard.with { shard in
            var settings = WorkerPoolSettings(concurrency: 1)
            settings.idleWait = .seconds(3_600)
            let journal = Journal()
            let first = WorkerPool(queue: shard.queue, settings: settings) { _, context in
                journal.add("first")
                while !context.shouldStop { await Task.yield() }
                do {
                    return .throttled(gate: "host:a", until: try await shard.serverTime() + 100)
                } catch {
                    return .done
                }
            }
            let end = Task { await first.run() }
            try await shard.queue.enqueue([shard.request(gates: ["host:a"])])
            try await shard.eventually("it runs") { journal.all == ["first"] }
            try await TestPool.with(shard, settings, handler: { _, _ in .done }) { second in
                try await shard.eventually("the second listens") { second.state.withLock { $0.isListening } }
                first.stop()
                await end.value
                try await shard.eventually("the second has run it") { second.counts.finished == 1 }
            }
        }
    }

    @Test("gates beyond one round of the reaper are looked at in the next (guard: its cursor over parked jobs)")
    func forgottenGates() async throws {
        try await TestShard.with(changing: [set(\.maintenanceBatch, to: 10)]) { shard in
            try await shard.queue.setGate("host:*", GateLimit(slots: 0))
            try await shard.queue.enqueue((0..<50).map { shard.request("r\($0)", gates: ["host:\($0)"]) })
            try await shard.eventually("all are parked") {
                _ = try await shard.queue.claim(max: 50)
                return try await shard.depths().parked == 50
            }
            // Nobody was told that the limit is gone.
            try await shard.raw("DEL", shard.queue.keys.gates(), shard.queue.keys.reopen())
            let reaper = Reaper(queue: shard.queue)
            try await shard.eventually("all are free") {
                _ = try await reaper.runOnce()
                return try await shard.depths().ready == 50
            }
        }
    }
}
