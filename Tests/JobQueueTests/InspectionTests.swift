import Redis
import Testing

@testable import JobQueue

@Suite(.needsSharedRedis) struct InspectionTests {
    @Test("the overview counts what waits and runs in each queue, and what has happened")
    func overview() async throws {
        try await TestShard.with(changing: [set(\.queues, to: ["first", "second"])]) { shard in
            let later = try await shard.serverTime() + 3_600_000
            try await shard.queue.enqueue(
                (0..<6).map { shard.request("f\($0)", organization: "o\($0 % 2)", queue: "first") })
            try await shard.queue.enqueue([shard.request("s", queue: "second", notBefore: later)])
            let jobs = try await shard.queue.claim(max: 4)
            _ = try await shard.queue.finish([
                (job: jobs[0], outcome: .done), (job: jobs[1], outcome: .retry(after: .seconds(60))),
                (job: jobs[2], outcome: .dead(JobFailure(code: "dead", text: "no"))), (job: jobs[2], outcome: .done),
            ])
            let overview = try await shard.queue.overview()
            #expect(overview.queues.map(\.name) == ["first", "second"])
            let first = overview.queues[0]
            #expect(first.ready == 2 && first.delayed == 1 && first.active == 1 && first.organizations >= 1)
            #expect(
                first.totals == ["enqueued": 6, "done": 1, "retry": 1, "dead": 1, "stale": 1])
            let second = overview.queues[1]
            #expect(second.ready == 0 && second.delayed == 1 && second.active == 0 && second.oldestReady == nil)
            #expect(second.totals == ["enqueued": 1])
            #expect(overview.total("enqueued") == 7 && overview.parked == 0 && overview.workers == 0)
        }
    }

    @Test("the oldest ready job's wait is counted from when it became due, also after it came back")
    func oldestReady() async throws {
        try await TestShard.with { shard in
            #expect(try await shard.status().oldestReady == nil)
            try await shard.queue.enqueue([shard.request("a")])
            try await shard.waitUntil(serverTime: try await shard.serverTime() + 20)
            try await shard.queue.enqueue([shard.request("b")])
            #expect(try #require(try await shard.status().oldestReady) >= .milliseconds(20))
            let job = try await shard.claimOne()
            #expect(job.resource == "a")
            #expect(try #require(try await shard.status().oldestReady) < .seconds(20))
            #expect(try await shard.finish(job, .release) == .waiting)
            #expect(try #require(try await shard.status().oldestReady) >= .milliseconds(20))
            // A retry becomes due anew: its wait does not count from the first request.
            let again = try await shard.claimOne()
            #expect(try await shard.finish(again, .retry(after: .zero)) == .waiting)
            let retried = try #require(try await shard.detail("a"))
            #expect(retried.dueAt >= again.enqueuedAt + 20)
        }
    }

    @Test("a job is shown with all that is known of it, in every state")
    func detail() async throws {
        try await TestShard.with { shard in
            try await shard.queue.setGate("host:a", GateLimit(slots: 0))
            let later = try await shard.serverTime() + 3_600_000
            try await shard.queue.enqueue([shard.request("a", gates: ["host:a"], priority: .pushed, notBefore: later)])
            let waiting = try #require(try await shard.detail())
            #expect(waiting.state == .delayed && waiting.dueAt == later && waiting.claimedAt == nil)
            #expect(waiting.token == nil && waiting.leaseEndsAt == nil && waiting.worker == nil)

            try await shard.queue.enqueue([shard.request("a", gates: ["host:a"])])
            #expect(try await shard.detail()?.state == .ready)
            #expect(try await shard.claim(max: 1).isEmpty)
            let parked = try #require(try await shard.detail())
            #expect(parked.state == .parked && parked.parkedAt == "host:a" && parked.gates == ["host:a"])

            let taken = try await shard.queue.take(resource: "a", worker: "w")
            let job = try #require(taken)
            let now = try await shard.serverTime()
            let running = try #require(try await shard.detail())
            #expect(running.state == .active && running.token == job.token && running.worker == "w")
            #expect(try #require(running.leaseEndsAt) > now && running.attempt == 1 && running.priority == .pushed)

            let failure = JobFailure(code: "no_answer", text: "the server does not answer")
            #expect(try await shard.finish(job, .retry(after: .seconds(60), because: failure)) == .waiting)
            let failed = try #require(try await shard.detail())
            #expect(failed.lastError == failure && failed.state == .delayed && failed.worker == "w")
            #expect(try await shard.detail("nobody") == nil)
        }
    }

    @Test("jobs are found by queue, kind, organization, state and text, a page at a time, none missed")
    func filters() async throws {
        try await TestShard.with(
            changing: [set(\.queues, to: ["first", "second"]), set(\.maintenanceBatch, to: 50)]
        ) { shard in
            let later = try await shard.serverTime() + 3_600_000
            try await shard.queue.enqueue(
                (0..<400).map { number in
                    shard.request(
                        "r\(number)", organization: "o\(number % 4)", kind: number % 5 == 0 ? "write" : "look",
                        queue: number % 2 == 0 ? "first" : "second", notBefore: number < 100 ? later : nil)
                })
            let failed = try #require(try await shard.queue.claimNext(max: 1, from: ["first"]).jobs.first)
            let failure = JobFailure(code: "no_answer", text: "[the] server (says) nothing%")
            #expect(try await shard.finish(failed, .retry(after: .seconds(60), because: failure)) == .waiting)

            func find(_ filter: JobFilter) async throws -> Set<String> {
                var found: Set<String> = []
                var cursor: String?
                var pages = 0
                repeat {
                    let page = try await shard.queue.jobs(filter, cursor: cursor)
                    found.formUnion(page.jobs.map(\.resource))
                    cursor = page.next
                    pages += 1
                } while cursor != nil && pages < 1_000
                #expect(pages > 1)
                return found
            }
            func all(_ fits: (Int) -> Bool) -> Set<String> { Set((0..<400).filter(fits).map { "r\($0)" }) }
            #expect(try await find(JobFilter()) == all { _ in true })
            #expect(try await find(JobFilter(queue: "second")) == all { $0 % 2 == 1 })
            #expect(try await find(JobFilter(kind: "write")) == all { $0 % 5 == 0 })
            #expect(try await find(JobFilter(organization: "o3")) == all { $0 % 4 == 3 })
            #expect(
                try await find(JobFilter(state: .delayed)) == all { $0 < 100 || "r\($0)" == failed.resource })
            #expect(try await find(JobFilter(text: "r39")) == all { "r\($0)".contains("r39") })
            // Text is text, not a pattern.
            #expect(try await find(JobFilter(text: "(says) nothing%")) == [failed.resource])
            #expect(try await find(JobFilter(text: "no_answer")) == [failed.resource])
            #expect(try await find(JobFilter(queue: "second", kind: "write", text: "nobody")).isEmpty)
        }
    }
}
