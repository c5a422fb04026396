import MailModel
import MailStore
import SyncEngine

/// An audit, as it is printed.
struct AuditView: Encodable {
    struct FolderView: Encodable {
        let path: String
        let watched: Bool
        let on_server, placed, missing, vanished, wrong_flags, hashes_compared, hashes_wrong: Int
        let skipped: [String: Int]
        let problem: String?
    }

    let account_id, outcome, began_at, finished_at: String
    let deep: Bool
    let differences: Int
    let folders: [FolderView]
    let error: ErrorView?

    struct ErrorView: Encodable { let code, text: String }

    init(_ audit: AuditReport, account: AccountID) {
        account_id = "\(account)"
        outcome = audit.outcome.rawValue
        began_at = Moment.rfc3339(audit.beganAt)
        finished_at = Moment.rfc3339(audit.finishedAt)
        deep = audit.isDeep
        differences = audit.differences
        folders = audit.folders.map { folder in
            FolderView(
                path: folder.path, watched: folder.isWatched, on_server: folder.onServer, placed: folder.placed,
                missing: folder.missing, vanished: folder.vanished, wrong_flags: folder.wrongFlags,
                hashes_compared: folder.hashesCompared, hashes_wrong: folder.hashesWrong,
                skipped: Dictionary(uniqueKeysWithValues: folder.skipped.map { ($0.key.rawValue, $0.value) }),
                problem: folder.problem)
        }
        error = audit.failure.map { ErrorView(code: $0.code, text: $0.text) }
    }

    /// For people: a line a folder, and what it comes to.
    static func show(_ audit: AuditReport) {
        var table = Table("FOLDER", "ON SERVER", "STORED", "SKIPPED", "MISSING", "GONE", "FLAGS", "BYTES COMPARED", "")
        for folder in audit.folders {
            let skipped = folder.skipped.values.reduce(0, +)
            table.row(
                Table.cut(folder.path, to: 32) + (folder.isWatched ? "" : " (followed)"), "\(folder.onServer)",
                "\(folder.placed)", "\(skipped)", "\(folder.missing)", "\(folder.vanished)", "\(folder.wrongFlags)",
                "\(folder.hashesCompared)\(folder.hashesWrong > 0 ? ", \(folder.hashesWrong) WRONG" : "")",
                folder.problem ?? "")
        }
        if !table.isEmpty { table.print() }
        let moment = Moment.rfc3339(audit.finishedAt)
        if let failure = audit.failure { return print("not proven: \(failure.text) (\(failure.code))") }
        switch audit.outcome {
        case .complete: print("nothing missing as of \(moment)")
        case .repaired: print("\(audit.differences) differences repaired; nothing missing as of \(moment)")
        case .incomplete: print("\(audit.differences) differences, not all of which could be repaired")
        }
    }
}
