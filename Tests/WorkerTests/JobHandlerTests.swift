import AccountJobs
import Foundation
import MailModel
import MailStore
import Postgres
import ServiceLifecycle
import Testing

@testable import JobQueue
@testable import Worker

@Suite("Handling jobs", .needsServers) struct JobHandlerTests {
    @Test(
        "a job of an unknown kind goes to the dead letters with that reason, and from Redis; the worker stops in time")
    func unknownKind() async throws {
        try await Rig.with { rig in
            let worker = WorkerService(
                queues: rig.queues, store: rig.workerStore, engine: rig.engine,
                settings: WorkerPoolSettings(concurrency: 2), log: Rig.log)
            let group = ServiceGroup(services: [worker], logger: Rig.log)
            async let end: Void = group.run()
            try await rig.queues.enqueue([
                JobRequest(
                    kind: "dance", queue: QueueNames.tasks, resource: "floor", organization: JobRequest.installation)
            ])
            try await rig.eventually("it is dead") { try await rig.workerStore.deadLetter(of: "floor") != nil }
            try await rig.eventually("Redis has forgotten it") { try await rig.jobs().isEmpty }
            let began = ContinuousClock.now
            await group.triggerGracefulShutdown()
            try await end
            #expect(began.duration(to: .now) < .seconds(10))
            let letter = try #require(try await rig.workerStore.deadLetter(of: "floor"))
            #expect(letter.job.problem.code == "unknown_kind" && letter.job.problem.text.contains("dance"))
            #expect(letter.job.attempts == 1 && letter.job.wakeUp.queue == QueueNames.tasks)
            #expect(letter.job.wakeUp.organizationID == nil)
            // What the ledger had gathered is written on the way out.
            let minutes = try await rig.workerStore.jobMinutes(since: EpochSeconds(0))
            #expect(minutes.map(\.outcome) == ["dead"] && minutes.map(\.count) == [1])
            let runs = try await rig.workerStore.jobRuns(of: "floor", limit: 9)
            #expect(runs.map(\.problem?.code) == ["unknown_kind"])
        }
    }

    @Test("a visit's job that names no account is dead, whatever its name is")
    func malformed() async throws {
        try await Rig.with { rig in
            let account = AccountID(UUID())
            for (resource, organization) in [
                ("read", "o"), ("read:", "o"), ("read:x", "o"), ("look:\(account)", "\(account)"),
                ("read:\(account)", "o"),
            ] {
                let job = try await rig.claimed(
                    resource, kind: AccountJob.syncKind, queue: QueueNames.sync, organization: organization)
                let handler = rig.handler()
                guard case .dead(let failure) = await handler.handle(job, .apart(job)) else {
                    Issue.record("\(resource) isn't dead")
                    continue
                }
                #expect(failure.code == "malformed_job" && failure.text.contains(resource))
                try await handler.bury(GivenUpJob(job: job, failure: failure))
                #expect(try await rig.workerStore.deadLetter(of: resource)?.job.problem.code == "malformed_job")
            }
        }
    }

    @Test("a dead visit delays its account, which says so, keeps its state and is due again in an hour")
    func delays() async throws {
        try await Rig.with { rig in
            let mailbox = try await Mailbox.make(in: rig.database)
            let job = try await rig.claimed(
                AccountJob.syncResource(mailbox.account.id), kind: AccountJob.syncKind, queue: QueueNames.sync,
                organization: "\(mailbox.organization.id)")
            let failure = JobFailure(code: "stalled", text: "it reported no progress")
            try await rig.handler().bury(GivenUpJob(job: job, failure: failure))
            let account = try await rig.workerStore.account(mailbox.key)
            #expect(account.problem == AccountProblem(code: "stalled", text: "it reported no progress"))
            #expect(account.state == mailbox.account.state)
            let delay = try #require(account.nextDueAt).rawValue - rig.workerStore.now.rawValue
            #expect((3_500...3_601).contains(delay))
            let letter = try #require(try await rig.workerStore.deadLetter(of: job.resource))
            #expect(letter.job.wakeUp.organizationID == mailbox.organization.id)
        }
    }

    @Test("what the store says decides what becomes of a job")
    func storeErrors() async throws {
        try await Rig.with { rig in
            let job = try await rig.claimed("a", kind: "tick")
            let handler = rig.handler()
            #expect(handler.outcome(of: .leaseLost, job) == .done)
            #expect(handler.outcome(of: .notFound(kind: "account", id: "x"), job) == .done)
            #expect(handler.outcome(of: .cancelled, job) == .cancelled)
            #expect(
                handler.outcome(of: .refused(code: "c", text: "t"), job)
                    == .retry(because: JobFailure(code: "c", text: "t")))
            for error in [StoreError.contentGone, .unreadable("u"), .secret("s"), .keyRing("k")] {
                #expect(
                    handler.outcome(of: error, job)
                        == .retry(because: JobFailure(code: "store_failed", text: "\(error)")))
            }
        }
    }

    @Test("a visit of an account that is gone, or may not run, is done; one that failed leaves a row")
    func visits() async throws {
        try await Rig.with { rig in
            let mailbox = try await Mailbox.make(in: rig.database)
            let job = try await rig.claimed(
                AccountJob.syncResource(mailbox.account.id), kind: AccountJob.syncKind, queue: QueueNames.sync,
                organization: "\(mailbox.organization.id)")
            let ledger = rig.ledger
            #expect(await rig.handler(ledger: ledger).handle(job, .apart(job)) == .done)
            await ledger.flush()
            let runs = try await rig.workerStore.jobRuns(of: job.resource, limit: 9)
            #expect(runs.map(\.outcome) == ["failed"] && runs.map(\.accountID) == [mailbox.account.id])
            #expect(try await rig.workerStore.account(mailbox.key).problem?.code == runs[0].problem?.code)
            try await rig.execute("UPDATE accounts SET state = 'paused'")
            #expect(await rig.handler().handle(job, .apart(job)) == .done)
            _ = try await rig.database.store(.operator).remove(mailbox.account.id)
            #expect(await rig.handler().handle(job, .apart(job)) == .done)
            #expect(try await rig.workerStore.jobRuns(of: job.resource, limit: 9).count <= 1)
        }
    }
}
