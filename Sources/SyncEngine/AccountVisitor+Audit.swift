import Foundation
import Logging
import MailModel
package import MailStore
import Synchronization

extension AccountVisitor {
    /// Proves that an account is complete, folder by folder: each server UID is placed or skipped with a reason, placed flags
    /// are the server's, and so are the raw bytes (of a sample, or of all with `deep`). What isn't so is repaired and looked
    /// at again. The result is kept.
    ///
    /// First the account is brought up to date by an ordinary visit, so that what has just arrived is no difference.
    ///
    /// - Parameter report: told how many messages were compared.
    /// - Throws: what a visit throws; `StoreError.refused` for an account that isn't live.
    package func audit(
        _ key: AccountKey, deep: Bool, shouldStop: @escaping @Sendable () -> Bool = { false },
        report: @escaping @Sendable (_ done: Int, _ total: Int?, _ note: String) -> Void = { _, _, _ in }
    ) async throws -> AuditReport {
        var attempt = 1
        while true {
            do {
                return try await auditOnce(key, deep: deep, shouldStop: shouldStop, report: report)
            } catch StoreError.leaseLost where attempt < Self.auditAttempts {
                // A visit that was due meanwhile has the account now, and is soon done.
                attempt += 1
                try await Task.sleep(for: .seconds(attempt))
            }
        }
    }

    /// How often an audit begins anew where visits come between.
    private static let auditAttempts = 5

    private func auditOnce(
        _ key: AccountKey, deep: Bool, shouldStop: @escaping @Sendable () -> Bool,
        report: @escaping @Sendable (_ done: Int, _ total: Int?, _ note: String) -> Void
    ) async throws -> AuditReport {
        let session = MailboxSession()
        let result = Mutex(AuditReport(isDeep: deep, at: time.now))
        do {
            let ended = try await visit(key, over: session, shouldStop: shouldStop, report: report) { visit in
                let before = try await visit.carryOut()
                guard before.outcome == .complete else { return before }
                var audit = AuditReport(isDeep: deep, at: time.now)
                try await visit.audit(into: &audit)
                result.withLock { $0 = audit }
                return before
            }
            await session.logout()
            switch ended.outcome {
            case .complete: break
            case .failed(let problem): result.withLock { $0.failure = problem }
            case .stopped:
                result.withLock { $0.failure = AccountProblem(code: "stopped", text: "it was asked to stop") }
            case .notRunnable:
                throw StoreError.refused(
                    code: "not_live",
                    text: "the account isn't being synced; see postrider account status \(key.accountID)")
            }
        } catch {
            await session.close()
            throw error
        }
        var audit = result.withLock { $0 }
        audit.finishedAt = time.now
        try await store.record(
            CompletenessAudit(
                id: ids.make(), isDeep: deep, outcome: audit.outcome, detail: try audit.json(),
                beganAt: audit.beganAt, finishedAt: audit.finishedAt), of: key)
        return audit
    }
}

extension AuditReport {
    /// Counts by folder, without names: ids and numbers are all that is kept of an audit.
    fileprivate func json() throws -> String {
        struct Detail: Encodable {
            let folders, on_server, placed, skipped, missing, vanished, wrong_flags, hashes_compared, hashes_wrong: Int
        }
        func sum(_ count: (FolderAudit) -> Int) -> Int { folders.reduce(0) { $0 + count($1) } }
        let detail = Detail(
            folders: folders.count, on_server: sum(\.onServer), placed: sum(\.placed),
            skipped: sum { $0.skipped.values.reduce(0, +) }, missing: sum(\.missing), vanished: sum(\.vanished),
            wrong_flags: sum(\.wrongFlags), hashes_compared: sum(\.hashesCompared), hashes_wrong: sum(\.hashesWrong))
        return String(decoding: try JSONEncoder().encode(detail), as: UTF8.self)
    }
}
