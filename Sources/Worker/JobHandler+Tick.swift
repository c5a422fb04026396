import AccountJobs
import JobQueue
import Logging
import MailModel
import MailStore
import SyncEngine

extension JobHandler {
    /// Seconds that a tick waits for its account's visit before it looks again, and before it gives up waiting.
    private static let look: Int64 = 2
    private static let patience: Int64 = 3_600
    /// How a tick ended whose job was given up.
    static let dead = "dead"
    /// Accounts of a selection that one statement makes due.
    private static let page = 1_000

    /// Does what a schedule's tick is for, and says how it ended.
    func tick(_ job: ClaimedJob, _ context: JobContext) async -> JobOutcome {
        guard let key = TickJob.tick(of: job) else {
            return .dead(JobFailure(code: "malformed_job", text: "the job names no tick: \(job.resource)"))
        }
        do {
            // What is done twice, since its wake-up came twice, is done once; a dead one may be tried again.
            guard let tick = try await store.tick(key), tick.finishedAt == nil || tick.outcome == Self.dead else {
                return .done
            }
            let schedule = try await store.schedule(key.schedule)
            switch schedule.settings.target {
            case .account(let account): return try await visit(account, for: tick)
            case .selection(let organization, let plan, let provider):
                var last: AccountID?
                var due = 0
                while let page = try await store.makeDue(
                    organization: organization, plan: plan, provider: provider, after: last, limit: Self.page)
                {
                    if context.shouldStop { return .release }
                    last = page.last
                    due += page.count
                    context.report(JobProgress(done: Int64(due), note: "accounts made due"))
                }
                _ = try await store.finishTick(key, outcome: "done")
                return .done
            case .task(let name):
                guard let task = MaintenanceTask(rawValue: name) else {
                    return .dead(
                        JobFailure(code: "unknown_task", text: "no worker of this version knows the task \(name)"))
                }
                if task == .audit, try await !auditAll(context) { return .release }
                try await task.run(store)
                _ = try await store.finishTick(key, outcome: "done")
                return .done
            }
        } catch {
            return outcome(of: error, job)
        }
    }

    /// Proves every live account complete; one that can't be is left to its own error.
    ///
    /// - Returns: `false` where it is to stop: it begins anew then.
    private func auditAll(_ context: JobContext) async throws(StoreError) -> Bool {
        var done: Int64 = 0
        for account in try await store.accounts(of: nil) where account.state == .live {
            if context.shouldStop { return false }
            do {
                let audit = try await engine.audit(account.key, deep: false, shouldStop: { context.shouldStop })
                if audit.outcome != .complete {
                    log.warning(
                        "an audit found differences",
                        metadata: [
                            "account": "\(account.id)", "outcome": "\(audit.outcome.rawValue)",
                            "differences": "\(audit.differences)",
                        ])
                }
            } catch {
                log.warning(
                    "an account could not be audited", metadata: ["account": "\(account.id)", "reason": "\(error)"])
            }
            done += 1
            context.report(JobProgress(done: done, note: "accounts audited"))
        }
        return true
    }

    /// An account's tick is done when the visit that it asked for is. All that is counted from stands with the tick, which
    /// outlives the job.
    private func visit(_ accountKey: AccountKey, for tick: ScheduleTick) async throws(StoreError) -> JobOutcome {
        let key = tick.key
        let account = try await store.account(accountKey)
        guard account.state.isRunnable else {
            _ = try await store.finishTick(key, outcome: "skipped", error: "the account is \(account.state.rawValue)")
            return .done
        }
        guard let asked = try await store.askForVisit(key, of: accountKey) else {
            return .again(notBefore: (store.now.rawValue + Self.look) * 1_000)
        }
        if asked.isVisited {
            _ = try await store.finishTick(key, outcome: "done")
            return .done
        }
        let now = store.now.rawValue
        // Patience is with visits that fail, not with a queue that was paused.
        if now - tick.decidedAt.rawValue > Self.patience,
            account.problem != nil || now - asked.dispatchedAt.rawValue > Self.patience
        {
            _ = try await store.finishTick(
                key, outcome: "failed", error: account.problem?.text ?? "no visit was completed")
            return .done
        }
        return .again(notBefore: (now + Self.look) * 1_000)
    }
}
