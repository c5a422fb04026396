import Redis
import Testing

@testable import JobQueue

@Suite(.needsSharedRedis) struct GateTests {
    @Test("no more jobs run than a gate has slots, however many claim at once (guard: the slots counted in the claim)")
    func slotsAreExact() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 5))
            try await shard.queue.enqueue(
                (0..<60).map { shard.request("r\($0)", organization: "o\($0 % 6)", gates: ["host:a"]) })
            var running: [ClaimedJob] = []
            var seen: Set<String> = []
            for _ in 0..<12 {
                running += try await withThrowingTaskGroup(of: [ClaimedJob].self) { group in
                    for _ in 0..<8 { group.addTask { try await shard.queue.claim(max: 10) } }
                    var claimed: [ClaimedJob] = []
                    for try await jobs in group { claimed += jobs }
                    return claimed
                }
                #expect(running.count == 5)
                let used = try await shard.gate("host:a")?.slotsUsed
                #expect(used == 5)
                seen.formUnion(running.map(\.resource))
                let results = try await shard.queue.finish(running.map { (job: $0, outcome: .done) })
                #expect(results.allSatisfy { $0 == .ended })
                running = []
            }
            #expect(seen.count == 60)
            let depths = try await shard.depths()
            #expect(depths == Depths())
        }
    }

    @Test("a bucket lets its burst through at once and then its rate (guard: the tokens spent in the claim)")
    func bucket() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(rate: 10, burst: 3))
            let began = try await shard.serverTime()
            try await shard.queue.enqueue((0..<13).map { shard.request("r\($0)", gates: ["host:a"]) })
            var taken = try await shard.queue.claim(max: 20).count
            #expect(taken == 3)
            try await shard.eventually("all are let through") {
                taken += try await shard.queue.claim(max: 20).count
                return taken == 13
            }
            let took = try await shard.serverTime() - began
            // Ten more at ten a second; a little less, since clocks count in whole milliseconds.
            #expect(took >= 950)
        }
    }

    @Test("setting the same limit again does not fill its bucket (guard: the tokens kept by the deed `gate`)")
    func rebalancing() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(rate: 0.001, burst: 2))
            try await shard.queue.enqueue((0..<9).map { shard.request("r\($0)", gates: ["host:a"]) })
            #expect(try await shard.claim(max: 9).count == 2)
            for _ in 0..<3 {
                try await shard.queue.setGate("host:a", GateLimit(rate: 0.001, burst: 4))
                #expect(try await shard.claim(max: 9).isEmpty)
            }
        }
    }

    @Test("a gate without limits of its own has those of its class; its own outrank them")
    func classDefault() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:*", GateLimit(slots: 1))
            try await shard.queue.setGate("host:b", GateLimit(slots: 2))
            for host in ["a", "b", "c"] {
                try await shard.queue.enqueue((0..<4).map { shard.request("\(host)\($0)", gates: ["host:\(host)"]) })
            }
            try await shard.queue.enqueue((0..<4).map { shard.request("free\($0)", gates: ["org:a"]) })
            let jobs = try await shard.queue.claim(max: 50)
            let counts = Dictionary(grouping: jobs) { $0.gates[0] }.mapValues(\.count)
            #expect(counts == ["host:a": 1, "host:b": 2, "host:c": 1, "org:a": 4])
        }
    }

    @Test("a closed gate lets nobody through until its time, and then without anybody's help")
    func closed() async throws {
        try await TestShard.with { shard in
            let late = try await shard.serverTime() + 3_600_000
            try await shard.queue.closeGate("host:a", until: late)
            try await shard.queue.enqueue([shard.request("shut", gates: ["host:a"]), shard.request("free")])
            let result = try await shard.queue.claimNext(max: 5)
            #expect(result.jobs.map(\.resource) == ["free"])
            #expect(try #require(result.nextDue) <= .seconds(3_600))
            #expect(try await shard.gate("host:a")?.closedUntil == late)
            // Sooner than was said first.
            let until = try await shard.serverTime() + 100
            try await shard.queue.closeGate("host:a", until: until)
            try await shard.eventually("it opens") { try await shard.queue.claim(max: 5).map(\.resource) == ["shut"] }
            #expect(try await shard.serverTime() >= until)
            // And has nothing to say any more.
            let job = try #require(try await shard.detail("shut"))
            #expect(job.state == .active)
        }
    }

    @Test("a closed gate opens in bounded steps: not all that it kept back storms the provider (guard: STEP)")
    func steps() async throws {
        try await TestShard.with { shard in
            try await shard.queue.closeGate("host:a", until: try await shard.serverTime() + 3_600_000)
            try await shard.queue.enqueue((0..<100).map { shard.request("r\($0)", gates: ["host:a"]) })
            #expect(try await shard.claim(max: 100).isEmpty)
            #expect(try await shard.depths().parked == 100)

            try await shard.queue.closeGate("host:a", until: 0)
            let began = try await shard.serverTime()
            let first = try await shard.depths()
            #expect(first.ready == 16 && first.parked == 84)
            try await shard.eventually("all have come back") {
                _ = try await shard.queue.promoteDue()
                return try await shard.depths().parked == 0
            }
            // Six more steps, a tenth of a second each.
            #expect(try await shard.serverTime() - began >= 500)
            #expect(try await shard.depths().ready == 100)
        }
    }

    @Test("a job passes all of its gates or takes a place in none (guard: the check before the entry)")
    func allOrNone() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 9, rate: 0.001, burst: 2))
            try await shard.queue.setGate("org:o", GateLimit(slots: 1))
            try await shard.queue.enqueue([shard.request("holder", gates: ["org:o"])])
            let holder = try await shard.claimOne()
            try await shard.queue.enqueue((0..<3).map { shard.request("r\($0)", gates: ["host:a", "org:o"]) })
            #expect(try await shard.claim(max: 9).isEmpty)
            #expect(try await shard.gate("host:a")?.slotsUsed == 0)
            #expect(try await shard.gate("org:o")?.parked == 3)

            // The refused spent none of the two tokens either.
            #expect(try await shard.finish(holder, .done) == .ended)
            for _ in 0..<2 { #expect(try await shard.finish(try await shard.claimOne(), .done) == .ended) }
            #expect(try await shard.claim(max: 9).isEmpty)
            #expect(try await shard.gate("host:a")?.parked == 1)
        }
    }

    @Test("a throttle closes the gate for all who need it, and is no attempt")
    func throttle() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue((0..<3).map { shard.request("r\($0)", gates: ["host:a"]) })
            let job = try await shard.claimOne()
            let late = try await shard.serverTime() + 3_600_000
            #expect(try await shard.finish(job, .throttled(gate: "host:a", until: late)) == .waiting)
            let parked = try #require(try await shard.detail(job.resource))
            #expect(parked.state == .parked && parked.parkedAt == "host:a" && parked.attempt == 0)
            #expect(try await shard.claim(max: 9).isEmpty)
            let until = try await shard.serverTime() + 100
            try await shard.queue.closeGate("host:a", until: until)
            var jobs: [ClaimedJob] = []
            try await shard.eventually("the gate opens") {
                jobs += try await shard.queue.claim(max: 9)
                return jobs.count == 3
            }
            #expect(try await shard.serverTime() >= until)
            #expect(jobs.allSatisfy { $0.attempt == 1 })
            #expect(try await shard.status().totals["throttle"] == 1)
        }
    }

    @Test("a finish and a claim in one call: the place that the one leaves is the other's")
    func exchange() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 1))
            try await shard.queue.enqueue((0..<5).map { shard.request("r\($0)", gates: ["host:a"]) })
            var job = try await shard.claimOne()
            for _ in 0..<4 {
                let result = try await shard.queue.exchange([(job: job, outcome: .done)], max: 3)
                #expect(result.finished == [.ended] && result.claimed.jobs.count == 1)
                job = try #require(result.claimed.jobs.first)
            }
            let last = try await shard.queue.exchange([(job: job, outcome: .done)], max: 3)
            #expect(last.finished == [.ended] && last.claimed.jobs.isEmpty)
            #expect(try await shard.depths() == Depths())
        }
    }

    @Test("gates are listed with their limits, their closing, the slots taken and the jobs kept back")
    func listing() async throws {
        try await TestShard.with { shard in
            let until = try await shard.serverTime() + 60_000
            try await shard.queue.setGate("org:o", GateLimit(slots: 1))
            try await shard.queue.setGate("host:a", GateLimit(rate: 2.5, burst: 7))
            try await shard.queue.closeGate("host:b", until: until)
            try await shard.queue.enqueue((0..<3).map { shard.request("r\($0)", gates: ["org:o"]) })
            try await shard.queue.enqueue([shard.request("shut", gates: ["host:b"])])
            _ = try await shard.queue.claim(max: 9)
            let gates = try await shard.queue.gates()
            #expect(gates.map(\.name) == ["host:a", "host:b", "org:o"])
            #expect(gates[0].limit == GateLimit(rate: 2.5, burst: 7) && gates[0].closedUntil == nil)
            #expect(gates[1].limit == GateLimit() && gates[1].closedUntil == until && gates[1].parked == 1)
            #expect(gates[2].limit == GateLimit(slots: 1) && gates[2].slotsUsed == 1 && gates[2].parked == 2)
        }
    }

    @Test("a gate's name that Redis's members can't hold is refused", arguments: ["", "a\0b", "a\nb"])
    func names(_ name: String) async throws {
        try await TestShard.with { shard in
            await #expect(throws: JobQueueError.invalidRequest(field: "gate")) {
                try await shard.queue.setGate(name, GateLimit(slots: 1))
            }
            await #expect(throws: JobQueueError.invalidRequest(field: "gate")) {
                try await shard.queue.closeGate(name, until: 1)
            }
        }
    }
}
