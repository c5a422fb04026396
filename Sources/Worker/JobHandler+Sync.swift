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
            ledger.record(
                report, of: RecordedJob(job), account: key, began: began)
            switch report.outcome {
            case .complete:
                report.tell(of: key, log)
                return .done
            case .stopped: return .release
            // Of one that failed the account's row says when it is due again.
            case .notRunnable, .failed: return .done
            }
        } catch SyncError.parseStalled {
            // Apart, where it endangers nobody, the message that does it is found.
            return .crashed(JobFailure(code: "parse_stalled", text: "\(SyncError.parseStalled)"))
        } catch let error as StoreError {
            return outcome(of: error, job)
        } catch {
            if context.shouldStop || error is CancellationError { return .release }
            return .retry(because: JobFailure(code: "failed", text: "\(error)"))
        }
    }
}
