import IMAP
import IMAPCore
import Logging
import MailModel
import MailStore
import SyncEngine
import SyncPlanning
import Synchronization
import Worker

/// One account's place in a listener: its connection, and the loop that visits the account and then waits for news.
///
/// ```
/// visit ─▶ something changed ─▶ visit again, until nothing has ─▶ wait ─▶ news, or due ─▶ visit
///   │ failed, or the connection is lost                             │ time over: ask again
///   ▼                                                               ▼
/// wait until it is due                                             wait
/// ```
final class Home: Sendable {
    private struct State {
        var isStopping = false
        /// The dispatch is marked as ours: the visit needs no further claim.
        var isDue = false
        /// Somebody has heard of news.
        var hasNews = false
        /// How the server tells of news.
        var means: PushStanding.Means?
        /// Waits for a wish while there is no connection.
        var sleeper: CheckedContinuation<Void, Never>?
    }

    let key: AccountKey
    private let environment: HomeEnvironment
    private let session = MailboxSession(wantsToStay: true)
    private let state = Mutex(State())

    init(_ key: AccountKey, _ environment: HomeEnvironment) {
        self.key = key
        self.environment = environment
    }

    var isConnected: Bool { session.mailbox != nil }

    /// Whether the server tells of all watched folders on the home's own connection.
    var isNotified: Bool { state.withLock { $0.means } == .notify }

    /// The account is due, and marked as visited by this listener.
    func visitIsDue() { wake { $0.isDue = true } }

    /// Another connection of the account has heard of news.
    func hearNews() { wake { $0.hasNews = true } }

    /// Ends at the next checkpoint, or at once while it waits.
    func stop() { wake { $0.isStopping = true } }

    private func wake(_ change: (inout State) -> Void) {
        let sleeper = state.withLock { state in
            change(&state)
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
        session.mailbox?.interruptWait()
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.live() }
            group.addTask { await SecondWatch(self, self.environment).run() }
            await group.next()
            group.cancelAll()
        }
        await session.logout()
    }

    private func live() async {
        var pauses = Pauses(environment.settings)
        var mustVisit = true
        var seen: [SeenFolder] = []
        while !isStopping, !Task.isCancelled {
            if mustVisit {
                switch await visit() {
                case .busy:
                    await sleep(environment.settings.busyPause)
                    continue
                case .visited(let report):
                    seen = report.seen
                    // Until nothing has changed: what came while it was read is then seen too.
                    mustVisit = report.hasChanged
                    if mustVisit { continue }
                case .failed:
                    // The account's row says when it is due again, and then this is told.
                    mustVisit = true
                    await waitForWish()
                    continue
                }
            }
            guard let mailbox = session.mailbox else {
                mustVisit = true
                continue
            }
            guard session.mayStay else {
                // As many wait for news as may: this account is asked when it is due.
                await session.logout()
                await waitForWish()
                mustVisit = true
                continue
            }
            do {
                mustVisit = try await waitForNews(on: mailbox, seen: seen)
                pauses.noteLife()
            } catch {
                if isStopping { return }
                await session.close()
                environment.log.debug(
                    "a connection that waited for news is lost",
                    metadata: ["account": "\(key.accountID)", "reason": "\(error)"])
                await sleep(pauses.next())
                mustVisit = true
            }
        }
    }

    private enum Visited {
        case visited(VisitReport)
        case failed
        /// Somebody else visits it just now.
        case busy
    }

    private func visit() async -> Visited {
        let environment = environment
        do {
            let isClaimed = state.withLock { state in
                defer {
                    state.isDue = false
                    state.hasNews = false
                }
                return state.isDue
            }
            if !isClaimed {
                let claimed = try await environment.store.claimAtHome(
                    [key], name: environment.listener, holdSeconds: environment.settings.visitHoldSeconds)
                guard !claimed.isEmpty else { return .busy }
            }
            let began = environment.ledger.clock()
            let report = try await environment.permits.with {
                try await environment.engine.visit(key, over: session, shouldStop: { self.isStopping })
            }
            environment.ledger.record(report, of: .atHome(key), account: key, began: began)
            switch report.outcome {
            case .complete:
                report.tell(of: key, environment.log)
                return .visited(report)
            case .stopped, .notRunnable, .failed: return .failed
            }
        } catch {
            // A successor has the account, the store can't be reached, or a message stalls whoever parses it: a worker
            // takes it when the mark of this visit ends.
            environment.log.debug(
                "a visit at home ended", metadata: ["account": "\(key.accountID)", "reason": "\(error)"])
            return .failed
        }
    }

    /// - Returns: whether the account must be visited.
    private func waitForNews(on mailbox: IMAPConnection, seen: [SeenFolder]) async throws -> Bool {
        if state.withLock({ $0.isDue || $0.hasNews }) { return true }
        let order = PushRule.order(seen.map { PushRule.Folder(id: $0.id, role: $0.role) })
        let folders = order.compactMap { id in seen.first { $0.id == id } }
        guard !folders.isEmpty else {
            await waitForWish()
            return true
        }
        // Of an open folder Dovecot tells nothing by NOTIFY, of the others everything.
        if mailbox.capabilities.hasNotify { try await mailbox.unselect() }
        let standing = try await mailbox.push(PushScope(folders: folders.map(\.path)))
        state.withLock { $0.means = standing.means }
        // What came between the visit and the telling is told by nobody.
        if let opened = standing.opened, let before = folders.first?.state, !before.equals(FolderState(opened)) {
            return true
        }
        for folder in folders {
            guard let status = standing.statuses[folder.path].flatMap(FolderState.init) else { continue }
            if !folder.state.equals(status) { return true }
        }
        switch try await mailbox.waitForNews(for: environment.settings.patience) {
        case .news: return true
        case .interrupted, .elapsed: return state.withLock { $0.isDue || $0.hasNews }
        }
    }

    /// Waits until the account is due, or the home is to end.
    private func waitForWish() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.isDue || state.hasNews || state.isStopping { return true }
                    state.sleeper = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            stop()
        }
    }

    private func sleep(_ duration: Duration) async {
        // A pause, not a wait for a state; cancellation ends it at once.
        _ = try? await Task.sleep(for: duration)
    }
}
