import IMAP
import IMAPCore
import Logging
import MailModel
import MailStore
import Metrics

/// One visit of one account over one connection, under one lease.
struct Visit {
    let engine: AccountVisitor
    let start: VisitStart
    let mailbox: IMAPConnection
    /// Names the visit where what it stored says where it came from.
    let run: RunID
    let shouldStop: @Sendable () -> Bool
    let progressed: @Sendable (_ done: Int, _ total: Int?, _ note: String) -> Void

    var store: Store { engine.store }
    var account: Account { start.account }
    var lease: LaneLease { start.lease }

    /// Visits: the folders, then the first sync or what changed, then replies to and forwards of old mail.
    func carryOut() async throws -> VisitReport {
        try await prepareSession()
        // What comes from here on is news to whoever waits on this connection afterwards.
        _ = try mailbox.takeNews()
        let survey = try await engine.metrics.folders.measure { try await takeSurvey(of: start.folders) }
        let isFirstSync = survey.watched.contains(where: \.isUnproven)
        var report =
            if isFirstSync {
                try await firstSync(survey)
            } else {
                try await engine.metrics.poll.measure { try await incremental(survey) }
            }
        report.run = run
        report.seen = survey.watched.map { item in
            SeenFolder(id: item.folder.id, path: item.folder.path, role: item.folder.role, state: item.state)
        }
        if report.outcome == .complete, start.openTrackedActions > 0 || report.raisedActions > 0 {
            try await carryOutTrackedActions(in: survey, afterFirstSync: isFirstSync, report: &report)
        }
        return report
    }

    /// Switches on what makes changes cheap to find. Once a connection; a server that knows neither is asked for less.
    private func prepareSession() async throws {
        let capabilities = mailbox.capabilities
        guard !mailbox.isEnabled("QRESYNC"), !mailbox.isEnabled("CONDSTORE") else { return }
        if capabilities.has("QRESYNC") {
            _ = try await mailbox.enable(["QRESYNC"])
        } else if capabilities.hasCondstore {
            _ = try await mailbox.enable(["CONDSTORE"])
        }
    }

    /// Opens a folder and makes sure that it is still the one that the survey saw. One that is open already stays so: its
    /// UIDVALIDITY can't change meanwhile.
    func open(_ item: WatchedFolder) async throws {
        if let selected = mailbox.selected, selected.path == item.folder.path,
            selected.uidValidity == item.uidValidity, item.uidValidity.isStable
        {
            return
        }
        let selected = try await mailbox.examine(item.folder.path)
        guard selected.uidValidity == item.uidValidity else { throw SyncError.folderChanged(item.folder.id) }
    }

    func commit(_ checkpoint: Checkpoint) async throws -> CheckpointResult {
        var checkpoint = checkpoint
        checkpoint.runID = run
        let result = try await store.commit(checkpoint, addresses: start.addresses, under: lease)
        engine.metrics.messages.increment(by: result.newMessages)
        let progress = checkpoint.progress
        progressed(
            progress?.messagesDone ?? result.newMessages, progress?.messagesFound,
            progress == nil ? "checking for new mail" : "first sync, messages")
        return result
    }

    /// The moment at which the account is due again.
    func nextDue(after moment: EpochSeconds) -> EpochSeconds {
        moment + Int64(account.intervalSeconds)
    }
}

extension MailStore.ListedFolder {
    init(_ listed: IMAP.ListedFolder) {
        self.init(path: listed.path, role: listed.role, isSelectable: listed.isSelectable)
    }
}
