// Keeps connections open for accounts with push, and syncs on them what the server tells.
//
//     listeners (PostgreSQL) ──who lives──▶ rendezvous ──▶ this listener's accounts ──▶ a Home each
//     account_dispatch.home  ◀──taken────────────────────────────┘                       │
//     account_dispatch.next_due_at ──due at this home──▶ visit ◀── news (IDLE, NOTIFY) ──┘
//
// A home visits its account itself, on the very connection that told the news, under the account's `read` lane, as a worker
// would. What is due goes to the home first; any worker takes it once the home is late by a second. When a listener dies,
// its name isn't renewed any more, and within seconds the others are the homes of its accounts.
package import Logging
import MailModel
package import MailStore
import ServiceLifecycle
package import SyncEngine
import SyncPlanning
import Synchronization
package import Worker

/// The listener role.
package final class ListenerService: Service {
    private struct State {
        var homes: [AccountKey: Home] = [:]
        var listeners: [String] = []
        var renewedAt: ContinuousClock.Instant?
    }

    private let store: Store
    private let environment: HomeEnvironment
    private let name: String
    private let host: String
    private let settings: ListenerSettings
    private let log: Logger
    private let state = Mutex(State())
    /// Accounts that one query reads or takes.
    private static let page = 1_000

    /// - Parameter name: the process's own, different from every other's.
    package init(
        store: Store, engine: AccountVisitor, ledger: JobLedger, name: String, host: String,
        settings: ListenerSettings = ListenerSettings(), log: Logger
    ) {
        self.store = store
        self.name = name
        self.host = host
        self.settings = settings
        self.log = log
        environment = HomeEnvironment(
            store: store, engine: engine, ledger: ledger, listener: name, settings: settings,
            permits: Permits(settings.visitsAtOnce), log: log)
    }

    /// When the listener last said that it lives; `nil` before the first time. It is ready if that is recent.
    package var lastSuccess: ContinuousClock.Instant? { state.withLock { $0.renewedAt } }

    /// Accounts whose home it is.
    package var homes: Int { state.withLock { $0.homes.count } }

    /// Homes that hold a connection now.
    package var connected: Int { state.withLock { $0.homes.values.count { $0.isConnected } } }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.environment.ledger.run() }
            await cancelWhenGracefulShutdown {
                await withDiscardingTaskGroup { homes in
                    await self.keep(&homes)
                    // What runs stops at its next checkpoint.
                    for home in self.state.withLock({ Array($0.homes.values) }) { home.stop() }
                }
            }
            group.cancelAll()
        }
        await environment.ledger.flush()
        await leave()
    }

    /// Says again and again that this listener lives, and has those accounts visited that are its own and due.
    private func keep(_ group: inout DiscardingTaskGroup) async {
        var renewal = ContinuousClock.now
        var scan = ContinuousClock.now
        while !Task.isCancelled {
            let now = ContinuousClock.now
            do {
                if now >= renewal {
                    renewal = now + settings.renewal
                    if try await renew() { scan = now }
                }
                if now >= scan {
                    scan = now + settings.scan
                    try await assign(&group)
                }
                try await visitDue()
            } catch {
                if Task.isCancelled { return }
                log.warning("listening failed; it is tried again", metadata: ["reason": "\(error)"])
            }
            // The pace of the loop; cancellation ends it at once.
            guard (try? await Task.sleep(for: settings.pace)) != nil else { return }
        }
    }

    /// - Returns: whether other listeners live than before.
    private func renew() async throws -> Bool {
        let live = try await store.renewListener(name, host: host, holdSeconds: settings.holdSeconds).map(\.name)
        return state.withLock { state in
            defer {
                state.listeners = live
                state.renewedAt = .now
            }
            return state.listeners != live
        }
    }

    /// Takes the accounts that are this listener's by rendezvous, and leaves those that are no more.
    private func assign(_ group: inout DiscardingTaskGroup) async throws {
        let listeners = state.withLock { $0.listeners }
        var ours: Set<AccountKey> = []
        var last: AccountKey?
        repeat {
            let page = try await store.pushAccounts(after: last, limit: Self.page)
            last = page.count == Self.page ? page.last?.key : nil
            let mine = page.filter {
                PushRule.isPushed(state: $0.state, planAllowsPush: true)
                    && HomeAssignment.home(of: $0.key.accountID, among: listeners) == name
            }
            ours.formUnion(mine.map(\.key))
            let untaken = mine.filter { $0.home != name }.map(\.key)
            if !untaken.isEmpty { _ = try await store.takeHome(untaken, name: name) }
        } while last != nil
        let (added, removed) = state.withLock { state in
            let added = ours.filter { state.homes[$0] == nil }.map { Home($0, environment) }
            for home in added { state.homes[home.key] = home }
            let removed = state.homes.filter { !ours.contains($0.key) }
            for key in removed.keys { state.homes[key] = nil }
            return (added, removed)
        }
        for home in added { group.addTask { await home.run() } }
        for home in removed.values { home.stop() }
        if !removed.isEmpty { _ = try await store.leaveHome(Array(removed.keys), name: name) }
        if !added.isEmpty || !removed.isEmpty {
            log.info(
                "accounts with push",
                metadata: [
                    "taken": "\(added.count)", "left": "\(removed.count)", "listeners": "\(listeners.count)",
                ])
        }
    }

    private func visitDue() async throws {
        let due = try await store.dueAtHome(name, limit: Self.page, holdSeconds: settings.visitHoldSeconds)
        let homes = state.withLock { $0.homes }
        for key in due { homes[key]?.visitIsDue() }
    }

    /// Others take over at once.
    private func leave() async {
        do {
            _ = try await store.leaveHome(Array(state.withLock { $0.homes.keys }), name: name)
            try await store.resignListener(name)
        } catch {
            log.debug("the listener's name runs out by itself", metadata: ["reason": "\(error)"])
        }
    }
}
