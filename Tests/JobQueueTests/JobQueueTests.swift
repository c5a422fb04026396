import Redis
import Testing

@testable import JobQueue

@Suite(.needsSharedRedis) struct JobQueueTests {
    @Test("a job goes from its request to its end with everything that it was asked with")
    func happyPath() async throws {
        try await TestShard.with(epoch: 7) { shard in
            let before = try await shard.serverTime()
            let request = JobRequest(
                kind: "look", resource: "read:ä 1", organization: "org", gates: ["host:a", "org:b"], priority: .pushed)
            #expect(try await shard.enqueue([request]) == [.created])

            let job = try await shard.claimOne()
            #expect(job.kind == "look" && job.resource == "read:ä 1" && job.organization == "org")
            #expect(job.gates == ["host:a", "org:b"] && job.priority == .pushed && job.attempt == 1)
            #expect(job.token.epoch == 7 && job.enqueuedAt >= before)
            var depths = try await shard.depths()
            #expect(depths.active == 1 && depths.ready == 0)

            #expect(try await shard.finish(job, .done) == .ended)
            depths = try await shard.depths()
            #expect(depths == Depths())
        }
    }

    @Test("a repeated request merges into the waiting job: higher priority, earlier time, never the reverse")
    func merging() async throws {
        try await TestShard.with { shard in
            let later = try await shard.serverTime() + 3_600_000
            #expect(try await shard.enqueue([shard.request(priority: .backfill, notBefore: later)]) == [.created])
            #expect(try await shard.enqueue([shard.request(priority: .pushed, notBefore: later + 5_000)]) == [.merged])
            #expect(try await shard.claim(max: 1).isEmpty)
            #expect(try await shard.enqueue([shard.request(priority: .periodic)]) == [.merged])
            #expect(try await shard.enqueue([shard.request(priority: .backfill, notBefore: later)]) == [.merged])
            let job = try await shard.claimOne()
            #expect(job.priority == .pushed)
            let depths = try await shard.depths()
            #expect(depths.ready == 0 && depths.delayed == 0 && depths.active == 1)
        }
    }

    @Test("a resource has at most one running job, whoever claims (guard: the record of each resource)")
    func exclusion() async throws {
        try await TestShard.with { shard in
            let resources = (0..<10).map { "r\($0)" }
            try await withThrowingTaskGroup(of: [ClaimedJob].self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await shard.queue.enqueue(resources.map { shard.request($0) })
                        return try await shard.queue.claim(max: 10)
                    }
                }
                var claimed: [String] = []
                for try await jobs in group { claimed += jobs.map(\.resource) }
                #expect(claimed.sorted() == resources.sorted())
            }
        }
    }

    @Test("however often a running resource is asked for, exactly one more run follows (guard: the dirty mark)")
    func dirtyMark() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request()])
            let first = try await shard.claimOne()
            for priority in [JobPriority.backfill, .interactive, .periodic] {
                #expect(try await shard.enqueue([shard.request(priority: priority)]) == [.markedDirty])
            }
            #expect(try await shard.claim(max: 1).isEmpty)
            #expect(try await shard.finish(first, .done) == .waiting)
            let second = try await shard.claimOne()
            #expect(second.priority == .interactive && second.attempt == 1 && second.token > first.token)
            #expect(try await shard.finish(second, .done) == .ended)
            #expect(try await shard.claim(max: 1).isEmpty)
        }
    }

    @Test("a request of another kind for a resource that has a job is refused and changes nothing")
    func kindConflict() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request(kind: "look")])
            #expect(try await shard.enqueue([shard.request(kind: "write")]) == [.kindConflict])
            let job = try await shard.claimOne()
            #expect(try await shard.enqueue([shard.request(kind: "write")]) == [.kindConflict])
            #expect(job.kind == "look")
            #expect(try await shard.finish(job, .done) == .ended)
        }
    }

    @Test("names that Redis's members can't hold are refused before anything is sent", arguments: ["", "a\0b", "a\nb"])
    func names(_ name: String) async throws {
        try await TestShard.with { shard in
            await #expect(throws: JobQueueError.invalidRequest(field: "resource")) {
                try await shard.queue.enqueue([shard.request("fine"), shard.request(name)])
            }
            let depths = try await shard.depths()
            #expect(depths == Depths())
        }
    }

    @Test("the more urgent goes first, and of equals the older")
    func priorities() async throws {
        try await TestShard.with { shard in
            for priority in [JobPriority.backfill, .periodic, .interactive, .pushed] {
                try await shard.queue.enqueue([shard.request("\(priority)", priority: priority)])
            }
            let order = try await shard.queue.claim(max: 4).map(\.resource)
            #expect(order == ["interactive", "pushed", "periodic", "backfill"])
        }
    }

    @Test("an old backfill overtakes a new interactive wish once its age outweighs the steps (aging)")
    func aging() async throws {
        try await TestShard.with(changing: [set(\.agingStep, to: .milliseconds(1))]) { shard in
            try await shard.queue.enqueue([shard.request("old", priority: .backfill)])
            try await shard.waitUntil(serverTime: try await shard.serverTime() + 10)
            try await shard.queue.enqueue([shard.request("new", priority: .interactive)])
            #expect(try await shard.claim(max: 2).map(\.resource) == ["old", "new"])
        }
    }

    @Test("organizations take turns, however many jobs one of them has")
    func turns() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue((0..<300).map { shard.request("many\($0)", organization: "many") })
            try await shard.queue.enqueue([shard.request("single", organization: "few")])
            #expect(try await shard.claim(max: 2).map(\.organization).sorted() == ["few", "many"])
        }
    }

    @Test("a delayed job is not claimed before its time, and is then")
    func delay() async throws {
        try await TestShard.with { shard in
            let due = try await shard.serverTime() + 3_600_000
            try await shard.queue.enqueue([shard.request(notBefore: due)])
            let early = try await shard.queue.claimNext(max: 1)
            #expect(early.jobs.isEmpty)
            #expect(try #require(early.nextDue) <= .seconds(3_600))
            let (tooEarly, _) = try await shard.queue.promoteDue()
            #expect(tooEarly == 0)

            // An hour later.
            _ = try await shard.client.send(
                RedisCommand("ZADD", .string(shard.queue.keys.delayed(JobQueueSettings.defaultQueue)), "1", "a"))
            let (promoted, next) = try await shard.queue.promoteDue()
            #expect(promoted == 1 && next == nil)
            let job = try await shard.claimOne()
            #expect(job.enqueuedAt == due)
        }
    }

    @Test("a failed job waits for its backoff with its attempts counted; a good run starts the count anew")
    func retries() async throws {
        try await TestShard.with(changing: [set(\.backoff, to: RetryBackoff(base: .seconds(100), cap: .seconds(1_000)))]
        ) { shard in
            try await shard.queue.enqueue([shard.request()])
            var job = try await shard.claimOne()
            #expect(try await shard.finish(job, .retry(), random: 0.5) == .waiting)
            let wait = try #require(try await shard.queue.claimNext(max: 1).nextDue)
            #expect(wait > .seconds(40) && wait <= .seconds(50))

            // Asked for again, it comes at once, and remembers that it failed.
            try await shard.queue.enqueue([shard.request()])
            job = try await shard.claimOne()
            #expect(job.attempt == 2)
            #expect(try await shard.finish(job, .retry(after: .zero)) == .waiting)
            job = try await shard.claimOne()
            #expect(job.attempt == 3)
            #expect(try await shard.finish(job, .again(notBefore: 0)) == .waiting)
            #expect(try await shard.claimOne().attempt == 1)
        }
    }

    @Test("a wish made while a run fails does not shorten its backoff, and leads to no second run")
    func dirtyRetry() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request(priority: .backfill)])
            let job = try await shard.claimOne()
            try await shard.queue.enqueue([shard.request(priority: .interactive)])
            #expect(try await shard.finish(job, .retry(after: .seconds(60))) == .waiting)
            #expect(try await shard.claim(max: 1).isEmpty)
            #expect(try await shard.depths().delayed == 1)
        }
    }

    @Test("a job given back waits in its old place without an attempt spent")
    func release() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request("a")])
            try await shard.waitUntil(serverTime: try await shard.serverTime() + 5)
            try await shard.queue.enqueue([shard.request("b")])
            let job = try await shard.claimOne()
            #expect(job.resource == "a")
            #expect(try await shard.finish(job, .release) == .waiting)
            let again = try await shard.claimOne()
            #expect(again.resource == "a" && again.attempt == 1 && again.enqueuedAt == job.enqueuedAt)
        }
    }

    @Test("more requests and finishes than a batch are sent as several")
    func batches() async throws {
        try await TestShard.with(changing: [set(\.batch, to: 7)]) { shard in
            let requests = (0..<50).map { shard.request("r\($0)") }
            #expect(try await shard.enqueue(requests).count == 50)
            var jobs: [ClaimedJob] = []
            while true {
                let claimed = try await shard.queue.claim(max: 50)
                #expect(claimed.count <= 7)
                if claimed.isEmpty { break }
                jobs += claimed
            }
            #expect(Set(jobs.map(\.resource)).count == 50 && Set(jobs.map(\.token)).count == 50)
            #expect(try await shard.extend(jobs).isEmpty)
            let results = try await shard.queue.finish(jobs.map { (job: $0, outcome: .done) })
            #expect(results == Array(repeating: .ended, count: 50))
            #expect(try await shard.depths() == Depths())
        }
    }

    @Test("every key of a shard lies in its Cluster slot")
    func keys() {
        let keys = QueueKeys(shard: "7").all(["a", "b"])
        #expect(Set(keys).count == keys.count)
        #expect(keys.allSatisfy { $0.contains("{7}") })
    }
}
