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
            let value1 = try await shard.queue.enqueue([request])
            #expect(value1 == [.created])

            let job = try await shard.claimOne()
            #expect(job.kind == "look" && job.resource == "read:ä 1" && job.organization == "org")
            #expect(job.gates == ["host:a", "org:b"] && job.priority == .pushed && job.attempt == 1)
            #expect(job.token.epoch == 7 && job.enqueuedAt >= before)
            var depths = try await shard.queue.depths()
            #expect(depths.active == 1 && depths.ready == 0)

            let value2 = try await shard.queue.finish(job, .done)
            #expect(value2 == .ended)
            depths = try await shard.queue.depths()
            #expect(depths == QueueDepths())
        }
    }

    @Test("a repeated request merges into the waiting job: higher priority, earlier time, never the reverse")
    func merging() async throws {
        try await TestShard.with { shard in
            let later = try await shard.serverTime() + 3_600_000
            let queue = shard.queue
            let value3 = try await queue.enqueue([shard.request(priority: .backfill, notBefore: later)])
            #expect(value3 == [.created])
            let value4 = try await queue.enqueue([shard.request(priority: .pushed, notBefore: later + 5_000)])
            #expect(value4 == [.merged])
            let value5 = try await queue.claim(max: 1)
            #expect(value5.isEmpty)
            let value6 = try await queue.enqueue([shard.request(priority: .periodic)])
            #expect(value6 == [.merged])
            let value7 = try await queue.enqueue([shard.request(priority: .backfill, notBefore: later)])
            #expect(value7 == [.merged])
            let job = try await shard.claimOne()
            #expect(job.priority == .pushed)
            let depths = try await queue.depths()
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
                let value8 = try await shard.queue.enqueue([shard.request(priority: priority)])
                #expect(value8 == [.markedDirty])
            }
            let value9 = try await shard.queue.claim(max: 1)
            #expect(value9.isEmpty)
            let value10 = try await shard.queue.finish(first, .done)
            #expect(value10 == .waiting)
            let second = try await shard.claimOne()
            #expect(second.priority == .interactive && second.attempt == 1 && second.token > first.token)
            let value11 = try await shard.queue.finish(second, .done)
            #expect(value11 == .ended)
            let value12 = try await shard.queue.claim(max: 1)
            #expect(value12.isEmpty)
        }
    }

    @Test("a request of another kind for a resource that has a job is refused and changes nothing")
    func kindConflict() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request(kind: "look")])
            let value13 = try await shard.queue.enqueue([shard.request(kind: "write")])
            #expect(value13 == [.kindConflict])
            let job = try await shard.claimOne()
            let value14 = try await shard.queue.enqueue([shard.request(kind: "write")])
            #expect(value14 == [.kindConflict])
            #expect(job.kind == "look")
            let value15 = try await shard.queue.finish(job, .done)
            #expect(value15 == .ended)
        }
    }

    @Test("names that Redis's members can't hold are refused before anything is sent", arguments: ["", "a\0b", "a\nb"])
    func names(_ name: String) async throws {
        try await TestShard.with { shard in
            await #expect(throws: JobQueueError.invalidRequest(field: "resource")) {
                try await shard.queue.enqueue([shard.request("fine"), shard.request(name)])
            }
            let value16 = try await shard.queue.depths()
            #expect(value16 == QueueDepths())
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
        try await TestShard.with({ $0.agingStep = .milliseconds(1) }) { shard in
            try await shard.queue.enqueue([shard.request("old", priority: .backfill)])
            try await shard.waitUntil(serverTime: try await shard.serverTime() + 10)
            try await shard.queue.enqueue([shard.request("new", priority: .interactive)])
            let value17 = try await shard.queue.claim(max: 2).map(\.resource)
            #expect(value17 == ["old", "new"])
        }
    }

    @Test("organizations take turns, however many jobs one of them has")
    func turns() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue((0..<300).map { shard.request("many\($0)", organization: "many") })
            try await shard.queue.enqueue([shard.request("single", organization: "few")])
            let value18 = try await shard.queue.claim(max: 2).map(\.organization).sorted()
            #expect(value18 == ["few", "many"])
        }
    }

    @Test("a delayed job is not claimed before its time, and is then")
    func delay() async throws {
        try await TestShard.with { shard in
            let due = try await shard.serverTime() + 150
            try await shard.queue.enqueue([shard.request(notBefore: due)])
            let early = try await shard.queue.claimNext(max: 1)
            #expect(early.jobs.isEmpty)
            #expect(try #require(early.nextDue) <= .milliseconds(150))
            try await shard.waitUntil(serverTime: due)
            let (promoted, next) = try await shard.queue.promoteDue()
            #expect(promoted == 1 && next == nil)
            let value19 = try await shard.claimOne().enqueuedAt
            #expect(value19 == due)
        }
    }

    @Test("a failed job waits for its backoff with its attempts counted; a good run starts the count anew")
    func retries() async throws {
        try await TestShard.with({ $0.backoff = RetryBackoff(base: .seconds(100), cap: .seconds(1_000)) }) { shard in
            try await shard.queue.enqueue([shard.request()])
            var job = try await shard.claimOne()
            let value20 = try await shard.queue.finish(job, .retry(), random: 0.5)
            #expect(value20 == .waiting)
            let wait = try #require(try await shard.queue.claimNext(max: 1).nextDue)
            #expect(wait > .seconds(40) && wait <= .seconds(50))

            // Asked for again, it comes at once, and remembers that it failed.
            try await shard.queue.enqueue([shard.request()])
            job = try await shard.claimOne()
            #expect(job.attempt == 2)
            let value21 = try await shard.queue.finish(job, .retry(after: .zero))
            #expect(value21 == .waiting)
            job = try await shard.claimOne()
            #expect(job.attempt == 3)
            let value22 = try await shard.queue.finish(job, .again(notBefore: 0))
            #expect(value22 == .waiting)
            let value23 = try await shard.claimOne().attempt
            #expect(value23 == 1)
        }
    }

    @Test("a wish made while a run fails does not shorten its backoff, and leads to no second run")
    func dirtyRetry() async throws {
        try await TestShard.with { shard in
            try await shard.queue.enqueue([shard.request(priority: .backfill)])
            let job = try await shard.claimOne()
            try await shard.queue.enqueue([shard.request(priority: .interactive)])
            let value24 = try await shard.queue.finish(job, .retry(after: .seconds(60)))
            #expect(value24 == .waiting)
            let value25 = try await shard.queue.claim(max: 1)
            #expect(value25.isEmpty)
            let value26 = try await shard.queue.depths().delayed
            #expect(value26 == 1)
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
            let value27 = try await shard.queue.finish(job, .release)
            #expect(value27 == .waiting)
            let again = try await shard.claimOne()
            #expect(again.resource == "a" && again.attempt == 1 && again.enqueuedAt == job.enqueuedAt)
        }
    }

    @Test("more requests and finishes than a batch are sent as several")
    func batches() async throws {
        try await TestShard.with({ $0.batch = 7 }) { shard in
            let requests = (0..<50).map { shard.request("r\($0)") }
            let value28 = try await shard.queue.enqueue(requests).count
            #expect(value28 == 50)
            var jobs: [ClaimedJob] = []
            while true {
                let claimed = try await shard.queue.claim(max: 50)
                #expect(claimed.count <= 7)
                if claimed.isEmpty { break }
                jobs += claimed
            }
            #expect(Set(jobs.map(\.resource)).count == 50 && Set(jobs.map(\.token)).count == 50)
            let value29 = try await shard.queue.extend(jobs)
            #expect(value29.isEmpty)
            let results = try await shard.queue.finish(jobs.map { (job: $0, outcome: .done) })
            #expect(results == Array(repeating: .ended, count: 50))
            let value30 = try await shard.queue.depths()
            #expect(value30 == QueueDepths())
        }
    }

    @Test("every key of a shard lies in its Cluster slot")
    func keys() {
        let keys = QueueKeys(shard: "7").all()
        #expect(Set(keys).count == keys.count)
        #expect(keys.allSatisfy { $0.contains("{7}") })
    }
}
