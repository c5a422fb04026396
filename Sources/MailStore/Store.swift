// The store of everything that Postrider knows: accounts and their folders, messages, threads, secrets, wishes.
//
// PostgreSQL is the truth. What a visit learns is written by ``Store/commit(_:addresses:under:)`` in one transaction
// whose last statement is the fence of the account's lane, so that a worker that lost its lease can't write:
//
//     take lease ──▶ checkpoint ──▶ checkpoint ──▶ … ──▶ checkpoint with completion
//         │              │ fence refuses: leaseLost, nothing kept
//         └── a successor's take makes every later commit here fail
//
// Queries stand in Queries/, grouped by table; the schema in Resources/Migrations.
import CallSharing
import Failure
package import MailModel
package import Postgres

/// The store, over a bounded pool of connections.
package final class Store: Sendable {
    let pool: PostgresPool
    let secrets: SecretBox?
    let ids: IDSource
    let time: TimeSource
    /// Many jobs of one process take leases and complete visits at once; they share statements.
    let readLeases = SharedCalls<AccountKey, LaneLease?, StoreError>(batch: 500)
    let visitStarts = SharedCalls<AccountKey, VisitStart?, StoreError>(batch: 100)
    let quietVisits = SharedCalls<QuietVisit, Bool, StoreError>(batch: 500)

    /// - Parameters:
    ///   - secrets: seals and opens account secrets; `nil` for a role that never touches one.
    package init(
        pool: PostgresPool, secrets: SecretBox? = nil, ids: IDSource = .system, time: TimeSource = .system
    ) {
        self.pool = pool
        self.secrets = secrets
        self.ids = ids
        self.time = time
    }

    /// Now, by the store's clock.
    package var now: EpochSeconds { time.now }

    /// Now in milliseconds since 1970, by the store's clock.
    package var nowMilliseconds: Int64 { time.milliseconds }

    /// Runs one hop on a connection, and turns PostgreSQL's errors into the store's.
    func withSession<T: Sendable>(_ body: @Sendable @escaping (PostgresSession) throws -> T) async throws(StoreError)
        -> T
    {
        do {
            return try await pool.withSession(body)
        } catch {
            throw Self.translate(error)
        }
    }

    /// Like ``withSession(_:)``, within one transaction.
    func transaction<T: Sendable>(_ body: @Sendable @escaping (PostgresSession) throws -> T) async throws(StoreError)
        -> T
    {
        do {
            return try await pool.transaction(body)
        } catch {
            throw Self.translate(error)
        }
    }

    static func translate(_ error: any Error) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as PostgresError where error.sqlstate == "PR001": .leaseLost
        case let error as PostgresError where error.sqlstate == "PR002": .cancelled
        case let error as PostgresError: .database(error)
        default: .unreadable("an error that the store doesn't know: \(error)")
        }
    }
}
