import AccountJobs
import JobQueue
package import Logging
import MailModel
package import MailStore
package import SyncEngine
import Synchronization

/// What became of a worker's jobs: counts by the minute, and a row for each run that failed or changed something. Kept in
/// the process and written in batches, outside every fence: a process that dies loses some seconds of history, no mail.
package final class JobLedger: Sendable {
    private struct MinuteKey: Hashable {
        let minute: Int64
        let queue: String
        let kind: String
        let outcome: String
    }

    private struct Tally {
        var count = 0
        var total: Int64 = 0
        var longest: Int64 = 0
    }

    private struct State {
        var minutes: [MinuteKey: Tally] = [:]
        var runs: [JobRun] = []
    }

    private let store: Store
    private let worker: String
    private let log: Logger
    private let interval: Duration
    private let state = Mutex(State())
    /// Rows that wait for a database that is away; older ones make room.
    private static let mostRuns = 10_000

    /// - Parameter interval: between two writes.
    package init(store: Store, worker: String, interval: Duration = .seconds(5), log: Logger) {
        self.store = store
        self.worker = worker
        self.interval = interval
        self.log = log
    }

    /// Milliseconds since 1970.
    package func clock() -> Int64 { store.nowMilliseconds }

    /// Counts a run that has ended; failures leave a row as well.
    func record(_ run: FinishedRun) {
        let now = clock()
        let milliseconds = Int64(run.duration / .milliseconds(1))
        let (outcome, failure) = run.outcome.told
        let key = MinuteKey(minute: now / 60_000 * 60, queue: run.job.queue, kind: run.job.kind, outcome: outcome)
        state.withLock { state in
            state.minutes[key, default: Tally()].count += 1
            state.minutes[key, default: Tally()].total += milliseconds
            state.minutes[key, default: Tally()].longest = max(state.minutes[key]?.longest ?? 0, milliseconds)
        }
        if let failure {
            append(
                JobRun(
                    organizationID: OrganizationID(run.job.organization),
                    accountID: AccountJob.account(of: run.job)?.accountID, queue: run.job.queue, kind: run.job.kind,
                    resource: run.job.resource, outcome: outcome,
                    problem: AccountProblem(code: failure.code, text: failure.text), attempt: run.job.attempt,
                    worker: worker, startedAt: now - milliseconds, finishedAt: now))
        }
    }

    /// Keeps a row of a visit that failed or changed something.
    package func record(_ report: VisitReport, of job: RecordedJob, account key: AccountKey, began: Int64) {
        let outcome: String
        var problem: AccountProblem?
        switch report.outcome {
        case .complete where report.hasChanged: outcome = "done"
        // What it stored says that it came by this run.
        case .stopped where report.messages > 0: outcome = "released"
        case .failed(let what): (outcome, problem) = ("failed", what)
        case .complete, .stopped, .notRunnable: return
        }
        append(
            JobRun(
                organizationID: key.organizationID, accountID: key.accountID, queue: job.queue, kind: job.kind,
                resource: job.resource, outcome: outcome, problem: problem, attempt: job.attempt, worker: worker,
                messages: report.messages, bytes: report.bytes, startedAt: began, finishedAt: clock(), id: report.run))
    }

    private func append(_ run: JobRun) {
        state.withLock { state in
            if state.runs.count >= Self.mostRuns { state.runs.removeFirst(state.runs.count / 10) }
            state.runs.append(run)
        }
    }

    /// Writes now and then, until its task is cancelled.
    package func run() async {
        // The pace of the writes; cancellation ends it at once.
        while (try? await Task.sleep(for: interval)) != nil { await flush() }
    }

    /// Writes what has gathered; keeps it if that fails.
    package func flush() async {
        let (minutes, runs) = state.withLock { state in
            defer { state = State() }
            return (state.minutes, state.runs)
        }
        do throws(StoreError) {
            if !minutes.isEmpty {
                try await store.add(
                    minutes.map { key, tally in
                        JobMinute(
                            minute: EpochSeconds(key.minute), queue: key.queue, kind: key.kind, outcome: key.outcome,
                            count: tally.count, totalMilliseconds: Int(tally.total), maxMilliseconds: Int(tally.longest)
                        )
                    })
            }
        } catch {
            keep(minutes, [])
            log.debug("counts of jobs wait", metadata: ["reason": "\(error)"])
        }
        do throws(StoreError) {
            if !runs.isEmpty { try await store.append(runs) }
        } catch {
            keep([:], runs)
            log.debug("rows of job history wait", metadata: ["reason": "\(error)"])
        }
    }

    private func keep(_ minutes: [MinuteKey: Tally], _ runs: [JobRun]) {
        state.withLock { state in
            for (key, tally) in minutes {
                state.minutes[key, default: Tally()].count += tally.count
                state.minutes[key, default: Tally()].total += tally.total
                state.minutes[key, default: Tally()].longest = max(state.minutes[key]?.longest ?? 0, tally.longest)
            }
            state.runs = runs + state.runs
        }
    }
}
