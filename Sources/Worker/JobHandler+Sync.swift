import AccountJobs
import JobQueue
import Logging
import MailStore
import SyncEngine

extension JobHandler {
    /// Visits an account.
    func sync(_ job: ClaimedJob, _ context: JobContext) async -> JobOutcome {
        guard let key = AccountJob.account(of: job) else {
            return .dead(JobFailure(code: "malformed_job", text: "the job names no account: \(job.resource)"))
        }
        let began = ledger.clock()
        do {
            let report = try await engine.visit(
                key, shouldStop: { context.shouldStop },
                report: { done, total, note in
                    context.report(JobProgress(done: Int64(done), total: total.map(Int64.init), note: note))
                })
            switch report.outcome {
            case .complete:
                if report.messages > 0 || report.flagChanges > 0 {
                    ledger.append(
                        job, key, outcome: "done", messages: report.messages, bytes: report.bytes, began: began)
                }
                if report.messages > 0 {
                    log.info(
                        "synced",
                        metadata: [
                            "account": "\(key.accountID)", "messages": "\(report.messages)", "bytes": "\(report.bytes)",
                            "threads": "\(report.newThreads)",
                        ])
                }
                return .done
            case .stopped: return .release
            case .notRunnable: return .done
            // The account's row says when it is due again.
            case .failed(let problem):
                ledger.append(job, key, outcome: "failed", problem: problem, began: began)
                return .done
            }
        } catch let error as StoreError {
            return outcome(of: error, job)
        } catch {
            if context.shouldStop || error is CancellationError { return .release }
            return .retry(because: JobFailure(code: "failed", text: "\(error)"))
        }
    }
}
