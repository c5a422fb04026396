import AccountJobs
import MailModel
import MailStore
import Postgres
import Testing

@testable import JobQueue
@testable import Worker

@Suite("The ledger of jobs", .needsServers) struct JobLedgerTests {
    private static func run(_ job: ClaimedJob, _ outcome: JobOutcome, milliseconds: Int64) -> FinishedRun {
        FinishedRun(context: .apart(job), outcome: outcome, duration: .milliseconds(milliseconds))
    }

    private static let failure = JobFailure(code: "c", text: "t")

    @Test("runs are summed by minute, queue, kind and outcome, over writes and workers; only failures leave rows")
    func sums() async throws {
        try await Rig.with { rig in
            let job = try await rig.claimed("a", kind: "look")
            // A clock that stands still, so that all is one minute.
            let moment = rig.workerStore.nowMilliseconds
            let store = try rig.database.store(.worker, milliseconds: moment)
            let ledgers = ["v", "w"].map { JobLedger(store: store, worker: $0, log: Rig.log) }
            for ledger in ledgers {
                for milliseconds in [Int64(5), 30, 10] {
                    ledger.record(Self.run(job, .done, milliseconds: milliseconds))
                }
                await ledger.flush()
                ledger.record(Self.run(job, .done, milliseconds: 20))
                ledger.record(Self.run(job, .retry(because: Self.failure), milliseconds: 7))
                await ledger.flush()
                await ledger.flush()
            }
            let minutes = try await rig.workerStore.jobMinutes(since: EpochSeconds(0))
            let minute = EpochSeconds(moment / 60_000 * 60)
            #expect(
                minutes == [
                    JobMinute(
                        minute: minute, queue: "tasks", kind: "look", outcome: "done", count: 8,
                        totalMilliseconds: 130, maxMilliseconds: 30),
                    JobMinute(
                        minute: minute, queue: "tasks", kind: "look", outcome: "retry", count: 2,
                        totalMilliseconds: 14, maxMilliseconds: 7),
                ])
            let runs = try await rig.workerStore.jobRuns(of: "a", limit: 9)
            #expect(Set(runs.map(\.worker)) == ["v", "w"] && runs.count == 2)
            for run in runs {
                #expect(run.problem == AccountProblem(code: "c", text: "t") && run.organizationID == nil)
                #expect(run.finishedAt - run.startedAt == 7 && run.attempt == 1)
            }
        }
    }

    @Test("what can't be written is kept and written later, counts and rows each by itself")
    func keeps() async throws {
        try await Rig.with { rig in
            let job = try await rig.claimed("a", kind: "look")
            let ledger = rig.ledger
            try await rig.execute("REVOKE INSERT ON job_minutes, job_history FROM postrider_worker")
            for _ in 0..<3 {
                ledger.record(Self.run(job, .dead(Self.failure), milliseconds: 4))
                await ledger.flush()
            }
            #expect(try await rig.database.count("job_minutes") == 0)
            try await rig.execute("GRANT INSERT ON job_history TO postrider_worker")
            await ledger.flush()
            #expect(try await rig.workerStore.jobRuns(of: "a", limit: 9).count == 3)
            try await rig.execute("GRANT INSERT ON job_minutes TO postrider_worker")
            await ledger.flush()
            await ledger.flush()
            let minutes = try await rig.workerStore.jobMinutes(since: EpochSeconds(0))
            // The minute may have ended meanwhile.
            #expect(minutes.reduce(0) { $0 + $1.count } == 3 && minutes.reduce(0) { $0 + $1.totalMilliseconds } == 12)
            #expect(try await rig.workerStore.jobRuns(of: "a", limit: 9).count == 3)
        }
    }

    @Test("a row with what PostgreSQL can't hold keeps no other from being written")
    func poison() async throws {
        try await Rig.with { rig in
            let job = try await rig.claimed("a", kind: "look")
            let ledger = rig.ledger
            ledger.record(Self.run(job, .dead(JobFailure(code: "c", text: "a\0b")), milliseconds: 4))
            ledger.record(Self.run(job, .dead(Self.failure), milliseconds: 4))
            await ledger.flush()
            #expect(try await rig.workerStore.jobRuns(of: "a", limit: 9).count == 2)
        }
    }
}
