import CallSharing
import MailModel
import Postgres

extension Store {
    /// Takes the account's lane: from now on a commit under any older lease fails.
    ///
    /// - Throws: `notFound` where the account is gone.
    package func takeLease(of key: AccountKey, lane: LaneLease.Lane) async throws(StoreError) -> LaneLease {
        let column =
            switch lane {
            case .read: "read_token"
            case .write: "write_token"
            }
        return try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    UPDATE account_dispatch SET \(column) = \(column) + 1
                     WHERE organization_id = $1 AND account_id = $2 RETURNING \(column)
                    """, key.organizationID, key.accountID
                ))
            guard let row = rows.first else {
                throw StoreError.notFound(kind: "account", id: key.accountID.description)
            }
            let lease = LaneLease(account: key, lane: lane, token: try row.get(0))
            // Only once the token is committed are all other holders stale.
            _ = try session.query(
                Statement(
                    "SELECT evict_lane($1, $2, $3, $4)", key.organizationID, key.accountID, lane.rawValue, lease.token))
            return lease
        }
    }

    /// Takes an account's `read` lane, in one statement with whoever else takes one just then.
    ///
    /// - Throws: `notFound` where the account is gone.
    package func takeReadLease(of key: AccountKey) async throws(StoreError) -> LaneLease {
        let shared = try await readLeases.perform([key]) { keys throws(StoreError) in
            let leases = try await Self.unshaken { () throws(StoreError) in
                try await self.takeLeases(of: keys, lane: .read)
            }
            let byAccount = Dictionary(leases.map { ($0.account, $0) }, uniquingKeysWith: { first, _ in first })
            // Two jobs of one account never run at once; if two tasks ask all the same, each must have its own.
            var given: Set<AccountKey> = []
            return keys.map { given.insert($0).inserted ? byAccount[$0] : nil }
        }
        if let lease = shared[0] { return lease }
        return try await takeLease(of: key, lane: .read)
    }

    /// Does what others share: the cancellation of the task that happens to do it is nothing to them.
    static func unshaken<T: Sendable>(
        _ body: @escaping @Sendable () async throws(StoreError) -> T
    ) async throws(StoreError) -> T {
        // Awaited to its end, so it is no task that anybody forgets.
        let result: Result<T, StoreError> = await Task {
            do throws(StoreError) { return .success(try await body()) } catch { return .failure(error) }
        }.value
        return try result.get()
    }

    /// Takes the lanes of many accounts in one statement.
    ///
    /// - Returns: the leases, in no order. An account that is gone, or whose row someone has locked at the moment, has
    ///   none: whoever wants it takes it alone by ``takeLease(of:lane:)``, which waits.
    package func takeLeases(of keys: [AccountKey], lane: LaneLease.Lane) async throws(StoreError) -> [LaneLease] {
        guard !keys.isEmpty else { return [] }
        let column =
            switch lane {
            case .read: "read_token"
            case .write: "write_token"
            }
        return try await withSession { session in
            // Locked in the order of the keys, as every batch locks them, so that no two wait for each other.
            let rows = try session.query(
                Statement(
                    """
                    WITH locked AS MATERIALIZED (
                        SELECT organization_id, account_id FROM account_dispatch
                         WHERE (organization_id, account_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))
                         ORDER BY organization_id, account_id FOR NO KEY UPDATE SKIP LOCKED
                    )
                    UPDATE account_dispatch d SET \(column) = \(column) + 1 FROM locked l
                     WHERE d.organization_id = l.organization_id AND d.account_id = l.account_id
                    RETURNING d.organization_id, d.account_id, d.\(column)
                    """, keys.map(\.organizationID.uuid), keys.map(\.accountID.uuid)
                ))
            let leases = try rows.map { row in
                LaneLease(
                    account: AccountKey(organizationID: try row.get(0), accountID: try row.get(1)), lane: lane,
                    token: try row.get(2))
            }
            // Only once the tokens are committed are all other holders stale.
            _ = try session.query(
                Statement(
                    "SELECT evict_lanes($1, $2, $3, $4)", leases.map(\.account.organizationID.uuid),
                    leases.map(\.account.accountID.uuid), lane.rawValue, leases.map(\.token)))
            return leases
        }
    }

    /// Asks the job that holds the lane now to stop: whatever it commits from here on is refused as `cancelled`. A later
    /// lease is free. On the `read` lane the account is due again an interval from now, not when the dispatch's hold
    /// ends.
    ///
    /// - Throws: `notFound` where the account is gone.
    package func requestCancel(of key: AccountKey, lane: LaneLease.Lane) async throws(StoreError) {
        let change =
            switch lane {
            case .read:
                """
                cancelled_read_token = d.read_token, dispatched_until = NULL,
                next_due_at = next_visit(d.account_id, a.interval_seconds)
                """
            case .write: "cancelled_write_token = d.write_token"
            }
        let found = try await withSession { session in
            try session.execute(
                Statement(
                    """
                    UPDATE account_dispatch d SET \(change) FROM accounts a
                     WHERE d.organization_id = $1 AND d.account_id = $2 AND a.organization_id = $1 AND a.id = $2
                    """, key.organizationID, key.accountID
                ))
        }
        guard found == 1 else { throw .notFound(kind: "account", id: key.accountID.description) }
    }

    /// Fails as a commit under the lease would, without one: for a look between two steps of a job.
    ///
    /// - Throws: `leaseLost`, `cancelled`.
    package func check(_ lease: LaneLease) async throws(StoreError) {
        _ = try await withSession { try $0.query(Self.fence(of: lease)) }
    }

    /// Marks a transaction as a holder of its lane, so that a successor can find its backend and end it. A holder may
    /// have two transactions at once, hence shared; what keeps writers apart is the fence.
    static func markHolder(of lease: LaneLease) -> Statement {
        Statement(
            "SELECT pg_advisory_xact_lock_shared(lane_lock($1, $2, $3))", lease.account.organizationID,
            lease.account.accountID, lease.lane.rawValue)
    }

    /// A transaction that begins with the lane's lock, by which its backend can be found and ended, and whose last
    /// statement, in one pipeline with COMMIT, is the fence of the lease.
    func transaction<T: Sendable>(
        fence lease: LaneLease, _ body: @Sendable @escaping (PostgresSession) throws -> T
    ) async throws(StoreError) -> T {
        let fence = Self.fence(of: lease)
        return try await withSession { session in
            try session.transaction(fence: [fence]) { session in
                _ = try session.query(Self.markHolder(of: lease))
                return try body(session)
            }
        }
    }

    /// Fenced by a lease where there is one.
    func transaction<T: Sendable>(
        fenceIfAny lease: LaneLease?, _ body: @Sendable @escaping (PostgresSession) throws -> T
    ) async throws(StoreError) -> T {
        if let lease { return try await transaction(fence: lease, body) }
        return try await transaction(body)
    }

    private static func fence(of lease: LaneLease) -> Statement {
        Statement(
            "SELECT fence_lane($1, $2, $3, $4)", lease.account.organizationID, lease.account.accountID,
            lease.lane.rawValue, lease.token)
    }
}
