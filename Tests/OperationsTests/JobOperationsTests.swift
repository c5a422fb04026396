import MailModel
import MailStore
import Testing

@testable import JobQueue
@testable import Operations

@Suite("Jobs, waiting, running and dead", .needsServers)
struct JobOperationsTests {
    @Test("a search goes through every shard and then the dead, and finds what matches alone")
    func searches() async throws {
        try await Installation.with { installation in
            // given
            let names = (0..<30).map { "r\($0)" }
            try await installation.enqueue(names)
            try await installation.enqueue(["elsewhere"], queue: "other", kind: "tidy")
            let owner = try await installation.organization()
            let dead = try await installation.bury("gone", code: "broken", organization: owner)
            for shard in installation.shards {
                let job = try #require(try await shard.claimNext(max: 1, from: ["default"]).jobs.first)
                _ = try await shard.finish(
                    job, .retry(after: .seconds(60), because: JobFailure(code: "busy", text: "It was busy")))
            }
            // then
            #expect(Set(try await installation.found().map(\.id)) == Set(names + ["elsewhere", "\(dead)"]))
            #expect(try await installation.found(JobSearch(queue: "other")).map(\.id) == ["elsewhere"])
            #expect(try await installation.found(JobSearch(kind: "tidy")).map(\.kind) == ["tidy"])
            #expect(try await installation.found(JobSearch(organization: owner)).map(\.place) == [.dead])
            #expect(try await installation.found(JobSearch(place: .delayed)).count == 2)
            #expect(try await installation.found(JobSearch(errorCode: "busy")).map(\.place) == [.delayed, .delayed])
            #expect(try await installation.found(JobSearch(errorCode: "broken")).map(\.id) == ["\(dead)"])
            #expect(try await installation.found(JobSearch(place: .ready, text: "elsewh")).map(\.id) == ["elsewhere"])
            #expect(try await installation.found(JobSearch(place: .active)).isEmpty)
            #expect(try await installation.operations.deadGroups().map(\.count) == [1])
        }
    }

    @Test("a cursor that no page gave is refused", arguments: ["", "7:", "a:b", "0:x", "dead:x", "0"])
    func refusesCursors(cursor: String) {
        #expect(JobCursor(text: cursor, shards: 2) == nil)
    }

    @Test("dead letters come page by page, each once")
    func pagesTheDead() async throws {
        try await Installation.with(shards: 1) { installation in
            let count = QueueOperations.letterPage + 3
            for number in 0..<count { _ = try await installation.bury("r\(number)", code: "broken") }
            let found = try await installation.found(JobSearch(place: .dead))
            #expect(found.count == count && Set(found.map(\.resource)).count == count)
        }
    }

    @Test("what runs is found among many that wait, with its worker, its time and what is left of its lease")
    func findsRunning() async throws {
        try await Installation.with { installation in
            try await installation.enqueue((0..<300).map { "r\($0)" })
            var claimed: [ClaimedJob] = []
            for (index, shard) in installation.shards.enumerated() {
                claimed += try await shard.claimNext(max: 60, worker: "w\(index)").jobs
            }
            let running = try await installation.operations.running()
            #expect(Set(running.map(\.job.resource)) == Set(claimed.map(\.resource)) && running.count == 120)
            #expect(try await installation.operations.running(of: "w1").count == 60)
            #expect(running.allSatisfy { $0.leaseLeft > .zero && $0.leaseLeft <= .seconds(10) && $0.elapsed >= .zero })
            #expect(try await installation.found(JobSearch(place: .active)).count == 120)
            #expect(try await installation.found(JobSearch(kind: "tidy", place: .active)).isEmpty)
        }
    }

    @Test("one job is run now, cancelled and deleted wherever it is, and each deed is audited before it is done")
    func deeds() async throws {
        try await Installation.with { installation in
            let operations = installation.operations
            try await installation.enqueue(["a", "b", "c", "d", "e", "f"])
            #expect(try await operations.perform(.run, on: "a") == .madeReady)
            #expect(try await installation.found(JobSearch(text: "a")).map(\.priority) == [.interactive])
            #expect(try await operations.perform(.cancel, on: "b") == .removed)
            #expect(try await operations.perform(.delete, on: "c") == .removed)
            #expect(try await installation.found().count == 4)
            // and of a running one
            let shard = installation.queues.shard(of: "o-d")
            let job = try #require(try await shard.take(resource: "d"))
            #expect(try await operations.perform(.cancel, on: "d") == .askedToStop)
            #expect(try await operations.job("d").live?.isCancelRequested == true)
            for wish in [JobWish.run, .delete, .retry] {
                let error = await #expect(throws: OperationsError.self) {
                    _ = try await operations.perform(wish, on: "d")
                }
                #expect(error?.description.hasPrefix("the job d is active; ") == true)
            }
            _ = try await shard.finish(job, .cancelled)
            let error = await #expect(throws: OperationsError.self) {
                _ = try await operations.perform(.cancel, on: "d")
            }
            #expect(error?.description.hasPrefix("there is no job d:") == true)
            #expect(
                try await installation.audited() == [
                    "job.run job:a", "job.cancel job:b", "job.delete job:c", "job.cancel job:d",
                ])
        }
    }

    @Test("a dead job is found by its id and by its resource, retried through the outbox, or forgotten")
    func dead() async throws {
        try await Installation.with { installation in
            let operations = installation.operations
            let owner = try await installation.organization()
            let first = try await installation.bury("a", code: "broken", organization: owner)
            let second = try await installation.bury("b", code: "broken")
            #expect(try await operations.job("\(first)").dead?.resource == "a")
            #expect(try await operations.job("b").dead?.id == "\(second)")
            for wish in [JobWish.run, .cancel] {
                let error = await #expect(throws: OperationsError.self) {
                    _ = try await operations.perform(wish, on: "b")
                }
                #expect(error?.description.contains("retry it") == true)
            }
            #expect(try await operations.perform(.retry, on: "\(first)") == .retried)
            #expect(try await operations.perform(.delete, on: "b") == .deleted)
            #expect(try await installation.found().isEmpty)
            var woken: [String] = []
            _ = try await installation.store.relayOutbox(limit: 10) { woken = $0.map(\.wakeUp.resource) }
            #expect(woken == ["a"])
            // and each stands in the log of whom it concerns
            #expect(
                try await installation.store.auditLog(organization: owner, limit: 10).map(\.action) == ["job.retry"])
            #expect(try await installation.audited() == ["job.delete dead:\(second)"])
        }
    }

    @Test("a job's story has its past, oldest first, and the run that goes on")
    func story() async throws {
        try await Installation.with { installation in
            // The history has partitions from this month on.
            let began = TimeSource.system.now.rawValue
            func run(_ outcome: String, at second: Int64, _ problem: AccountProblem?) -> JobRun {
                JobRun(
                    organizationID: nil, accountID: nil, queue: "default", kind: "look", resource: "a",
                    outcome: outcome,
                    problem: problem, attempt: Int(second), worker: "w", startedAt: (began + second) * 1_000,
                    finishedAt: (began + second) * 1_000 + 250)
            }
            try await Store(pool: installation.administrator).append([
                run("retry", at: 1, AccountProblem(code: "busy", text: "It was busy")), run("done", at: 2, nil),
            ])
            // given nothing of it in the queue, then its past is enough
            #expect(try await installation.operations.job("a").attempts.map(\.outcome) == ["retry", "done"])
            // when it runs
            try await installation.enqueue(["a"])
            _ = try await installation.queues.shard(of: "o-a").claimNext(max: 1, worker: "v")
            // then
            let story = try await installation.operations.job("a")
            #expect(story.attempts.map(\.outcome) == ["retry", "done", "running"])
            #expect(story.attempts.map(\.worker) == ["w", "w", "v"])
            #expect(story.attempts[0].error == JobFailure(code: "busy", text: "It was busy"))
            #expect(story.attempts[2].finishedAt == nil && story.live?.place == .active)
        }
    }

    @Test("all that match are cancelled, page by page, and nothing else")
    func cancelsAllMatching() async throws {
        try await Installation.with { installation in
            let mine = (0..<1_300).map { "mine\($0)" }
            try await installation.enqueue(mine)
            try await installation.enqueue(["other1", "other2"])
            for shard in installation.shards { _ = try await shard.claim(max: 1) }
            var told: [Int] = []
            let count = try await installation.operations.perform(
                .cancel, onAllMatching: JobSearch(queue: "default", text: "mine")
            ) { told.append($0) }
            let left = try await installation.found()
            #expect(count == 1_300 && told.last == 1_300)
            #expect(left.allSatisfy { !$0.resource.hasPrefix("mine") || $0.isCancelRequested })
            #expect(left.filter { $0.resource.hasPrefix("other") }.allSatisfy { !$0.isCancelRequested })
            #expect(try await installation.audited() == ["jobs.cancel jobs:queue=default,text=given"])
        }
    }

    @Test(
        "a retry of all that match wakes the dead and those that wait after a failure, not those that wait their turn")
    func retriesAllMatching() async throws {
        try await Installation.with(shards: 1) { installation in
            _ = try await installation.bury("dead1", code: "broken")
            _ = try await installation.bury("dead2", code: "other")
            let shard = installation.shards[0]
            try await installation.enqueue(["failed"])
            let job = try #require(try await shard.claim(max: 1).first)
            _ = try await shard.finish(
                job, .retry(after: .seconds(600), because: JobFailure(code: "broken", text: "It was broken")))
            let later = try await shard.serverTime() + 600_000
            try await shard.enqueue([JobRequest(kind: "look", resource: "later", organization: "o", notBefore: later)])
            // when
            let count = try await installation.operations.perform(
                .retry, onAllMatching: JobSearch(queue: "default", errorCode: "broken"))
            // then
            #expect(count == 2)
            let places = Dictionary(
                try await installation.found().map { ($0.resource, $0.place) }, uniquingKeysWith: { first, _ in first })
            #expect(places == ["failed": .ready, "later": .delayed, "dead2": .dead])
            #expect(try await installation.operations.perform(.retry, onAllMatching: JobSearch(place: .dead)) == 1)
            #expect(try await installation.operations.perform(.run, onAllMatching: JobSearch(place: .delayed)) == 1)
        }
    }

    @Test("all that are dead and match are deleted; a wish for a state that can't have it is refused")
    func deletesAllMatching() async throws {
        try await Installation.with(shards: 1) { installation in
            for number in 0..<600 {
                _ = try await installation.bury("r\(number)", code: number < 550 ? "broken" : "other")
            }
            try await installation.enqueue(["waiting"])
            #expect(
                try await installation.operations.perform(
                    .delete, onAllMatching: JobSearch(place: .dead, errorCode: "broken")) == 550)
            #expect(try await installation.found().count == 51)
            for (wish, place) in [
                (JobWish.cancel, JobRecord.Place.dead), (.delete, .active), (.run, .dead), (.retry, .ready),
            ] {
                await #expect(throws: OperationsError.self) {
                    try await installation.operations.perform(wish, onAllMatching: JobSearch(place: place))
                }
            }
            #expect(try await installation.found().count == 51)
        }
    }
}
