import Foundation
package import IMAP
package import Logging
import MailModel
package import MailStore
import Synchronization

/// Opens mailboxes under permits that all processes of the installation share, so that no provider sees more connections of
/// an account, or in all, than it is to see (mail-exactness 25).
///
/// ```
/// open ──▶ take a permit (PostgreSQL) ──▶ connect ──▶ the connection ends, however ──▶ give it back
///           └─ none left: ConnectionRefusal
/// every 2 s: this process lives, else its permits count no more after 8 s
/// ```
package final class ConnectionPermits: Sendable {
    private struct State {
        var held: [UUID: ConnectionPermit] = [:]
        /// Those of connections that have ended, while PostgreSQL can't be told.
        var unreturned: [ConnectionPermit] = []
        var keeping: Task<Void, Never>?
    }

    private let store: Store
    private let holder: String
    private let usual: Int
    private let log: Logger
    private let state = Mutex(State())
    private let ended: AsyncStream<ConnectionPermit>
    private let end: AsyncStream<ConnectionPermit>.Continuation
    /// How long the permits of a process count that isn't heard of.
    private static let holdSeconds = 8.0
    private static let renewal = Duration.seconds(2)

    /// - Parameters:
    ///   - holder: a name that no other holder has; several of one process each have their own.
    ///   - usual: how many connections an account may have where no operator has said.
    package init(store: Store, holder: String, usual: Int, log: Logger) {
        self.store = store
        self.holder = holder
        self.usual = usual
        self.log = log
        (ended, end) = AsyncStream.makeStream()
    }

    deinit {
        state.withLock { $0.keeping?.cancel() }
        end.finish()
    }

    /// Connects under a permit, which lasts as long as the connection.
    ///
    /// - Parameter wantsToStay: whether the connection would be kept between visits.
    /// - Returns: the connection, and whether it may be kept.
    /// - Throws: ``ConnectionRefusal``, ``StoreError``, and what `connect` throws.
    package func open(
        _ account: Account, wantsToStay: Bool, _ connect: () async throws -> IMAPConnection
    ) async throws -> (mailbox: IMAPConnection, mayStay: Bool) {
        try await keep()
        let asked = ConnectionPermit(
            id: UUID(), account: account.key, hostGate: "host:" + account.imap.host.lowercased(), stays: wantsToStay)
        let permit: ConnectionPermit
        do {
            permit = try await store.takeConnection(asked, holder: holder, usual: usual)
        } catch let error as ConnectionRefusal {
            throw error
        } catch {
            // Whether it was taken, nobody knows.
            end.yield(asked)
            throw error
        }
        state.withLock { $0.held[permit.id] = permit }
        do {
            let mailbox = try await connect()
            mailbox.whenClosed { [end] in end.yield(permit) }
            return (mailbox, permit.stays)
        } catch {
            end.yield(permit)
            throw error
        }
    }

    /// Before the first permit is taken: says that this holder lives, and goes on saying it.
    private func keep() async throws(StoreError) {
        guard state.withLock({ $0.keeping == nil }) else { return }
        _ = try await store.renewConnections(of: holder, holdSeconds: Self.holdSeconds)
        state.withLock { state in
            guard state.keeping == nil else { return }
            state.keeping = Task { [weak self, ended] in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { [weak self] in
                        // The pace of the renewals; cancellation ends it at once.
                        while (try? await Task.sleep(for: Self.renewal)) != nil { await self?.renew() }
                    }
                    group.addTask { [weak self] in
                        for await permit in ended { await self?.giveBack(permit) }
                    }
                }
            }
        }
    }

    private func renew() async {
        do {
            let isKnown = try await store.renewConnections(of: holder, holdSeconds: Self.holdSeconds)
            if !isKnown {
                // This process was taken for dead; its connections live.
                let held = state.withLock { Array($0.held.values) }
                try await store.restoreConnections(held, of: holder)
                // Those that ended meanwhile may have been said again after they were given back.
                state.withLock { state in
                    state.unreturned += held.filter { state.held[$0.id] == nil }
                }
                log.notice("connections are counted again after a silence", metadata: ["connections": "\(held.count)"])
            }
            await giveBack(nil)
        } catch {
            log.warning("connections can't be counted; it is tried again", metadata: ["reason": "\(error)"])
        }
    }

    /// Gives back what has ended; what can't be given back is tried again, and ends with this process.
    ///
    /// - Parameter permit: one more.
    private func giveBack(_ permit: ConnectionPermit?) async {
        let ended = state.withLock { state in
            if let permit {
                state.held[permit.id] = nil
                state.unreturned.append(permit)
            }
            return state.unreturned
        }
        guard !ended.isEmpty else { return }
        do {
            try await store.giveBackConnections(ended)
            state.withLock { $0.unreturned.removeAll { ended.contains($0) } }
        } catch {
            log.debug("permits for connections aren't given back yet", metadata: ["reason": "\(error)"])
        }
    }
}
