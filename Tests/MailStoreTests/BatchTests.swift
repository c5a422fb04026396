import MailModel
@testable import MailStore
import Postgres
import Testing

@Suite("Batches of visits", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct BatchTests {
    private static func world(_ database: StoreDatabase, _ count: Int) async throws -> (Mailbox, [AccountKey]) {
        let mailbox = try await Mailbox.make(in: database)
        try await DispatchTests.makeDue(count, like: mailbox)
        let batch = try await database.store(.scheduler).dispatchDue(limit: count, epoch: 1, holdSeconds: 600)
        #expect(batch.accounts.count == count)
        // The longest due was so since an hour ago.
        #expect((3500..<3700).contains(batch.lagSeconds))
        return (mailbox, batch.accounts)
    }

    @Test("leases are taken for many accounts at once, each newer than the last; an unknown account has none")
    func leases() async throws {
        try await StoreDatabase.with { database in
            let (mailbox, keys) = try await Self.world(database, 20)
            let old = try await mailbox.store.takeLease(of: keys[0], lane: .read)
            let unknown = AccountKey(organizationID: keys[0].organizationID, accountID: .init(mailbox.store.ids.uuid()))
            let leases = try await mailbox.store.takeLeases(of: keys + [unknown], lane: .read)
            #expect(Set(leases.map(\.account)) == Set(keys) && leases.count == 20)
            #expect(leases.allSatisfy { $0.lane == .read })
            #expect(leases.first { $0.account == keys[0] }?.token == old.token + 1)
            #expect(try await storeError { try await mailbox.store.check(old) }.isLeaseLost)
            for lease in leases { try await mailbox.store.check(lease) }
            #expect(try await mailbox.store.takeLeases(of: [], lane: .write) == [])
        }
    }

    /// Guard: `evict_lanes`. Without it the frozen transaction would hold the lane.
    @Test("taking many leases ends whoever holds one of the lanes in a transaction")
    func eviction() async throws {
        try await StoreDatabase.with { database in
            let (mailbox, keys) = try await Self.world(database, 3)
            let old = try await mailbox.store.takeLease(of: keys[1], lane: .read)
            let frozen = Task {
                try await mailbox.store.transaction(fence: old) { session in
                    _ = try session.query(Statement("SELECT pg_sleep(20)"))
                }
            }
            let isHeld = Statement(
                """
                SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND granted
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """)
            #expect(try await database.eventually(isHeld))
            _ = try await mailbox.store.takeLeases(of: keys, lane: .write)
            #expect(try await database.value(isHeld, as: Bool.self))
            _ = try await mailbox.store.takeLeases(of: keys, lane: .read)
            let error = try await storeError { try await frozen.value }
            guard case .database(let cause) = error else {
                Issue.record("it was not ended from outside: \(error)")
                return
            }
            #expect(cause.sqlstate == "57P01" || cause.kind == .connectionLost)
        }
    }

    @Test("visits that found nothing are completed together: due in the next interval, at places of their own")
    func completed() async throws {
        try await StoreDatabase.with { database in
            let (mailbox, keys) = try await Self.world(database, 200)
            let leases = try await mailbox.store.takeLeases(of: keys, lane: .read)
            let refused = try await mailbox.store.completeQuietVisits(
                leases.map { .init(lease: $0, intervalSeconds: 300) })
            #expect(refused == [])
            let scheduler = try database.store(.scheduler)
            #expect(try await scheduler.dispatchDue(limit: 10, epoch: 2, holdSeconds: 1).accounts == [])
            let pauses = try await database.column(
                Statement("SELECT extract(epoch FROM next_due_at - visited_at)::float8 FROM account_dispatch"),
                as: Double.self)
            #expect(pauses.allSatisfy { (149.9...450.1).contains($0) })
            // Of ten parts of the interval none is empty, so none holds them all.
            #expect(Set(pauses.map { Int(($0 - 150) / 30) }).count == 10)
            #expect(try await mailbox.store.account(keys[0]).lastSyncedAt != nil)

            // A visit carried out when it was due is due an interval later, to the microsecond.
            let places = Statement(
                "SELECT next_visit(account_id, 300) - next_due_at IN (interval '0', interval '300 s') FROM account_dispatch"
            )
            #expect(try await database.column(places, as: Bool.self).allSatisfy { $0 })
        }
    }

    /// Guard: the tokens in `completeQuietVisits`. Without them the first holder would complete the second's visit.
    @Test("of a batch, exactly the visits whose lane a successor has, or whose job was cancelled, are refused")
    func stale() async throws {
        try await StoreDatabase.with { database in
            let (mailbox, keys) = try await Self.world(database, 4)
            let leases = try await mailbox.store.takeLeases(of: keys, lane: .read)
            _ = try await mailbox.store.takeLease(of: leases[1].account, lane: .read)
            try await mailbox.store.requestCancel(of: leases[2].account, lane: .read)
            let refused = try await mailbox.store.completeQuietVisits(
                leases.map { .init(lease: $0, intervalSeconds: 300) })
            #expect(Set(refused) == [leases[1], leases[2]])
            let visited = try await database.column(
                Statement("SELECT account_id FROM account_dispatch WHERE visited_at IS NOT NULL"), as: AccountID.self)
            #expect(Set(visited) == [leases[0].account.accountID, leases[3].account.accountID])
            #expect(try await mailbox.store.completeQuietVisits([]) == [])
        }
    }

    @Test("a quiet visit of an account that had failed makes it live again, says so once, and clears its error")
    func mended() async throws {
        try await StoreDatabase.with { database in
            let (mailbox, keys) = try await Self.world(database, 3)
            let leases = try await mailbox.store.takeLeases(of: keys, lane: .read)
            try await database.execute(
                Statement("UPDATE accounts SET first_sync_completed_at = now() WHERE state = 'live'"))
            for lease in leases {
                try await mailbox.store.fail(
                    lease,
                    with: .init(
                        state: .unreachable, problem: AccountProblem(code: "c", text: "t"), retryAfterSeconds: 60))
            }
            try await database.execute(Statement("DELETE FROM events"))
            let visits = leases.map { QuietVisit(lease: $0, intervalSeconds: 300) }
            #expect(try await mailbox.store.completeQuietVisits(visits) == [])
            for key in keys {
                let account = try await mailbox.store.account(key)
                #expect(account.state == (key == mailbox.key ? .initialSync : .live) && account.problem == nil)
                #expect(try await mailbox.store.failures(of: key) == 0)
            }
            #expect(try await database.count("events") == 3)
            #expect(try await mailbox.store.completeQuietVisits(visits) == [])
            #expect(try await database.count("events") == 3)
        }
    }

    @Test("a wish made while the visit ran stays: the account is due at once")
    func askedMeanwhile() async throws {
        try await StoreDatabase.with { database in
            let (mailbox, keys) = try await Self.world(database, 2)
            let leases = try await mailbox.store.takeLeases(of: keys, lane: .read)
            try await database.store(.operator).syncNow(keys[0].accountID)
            _ = try await mailbox.store.completeQuietVisits(leases.map { .init(lease: $0, intervalSeconds: 300) })
            let due = try await database.store(.scheduler).dispatchDue(limit: 9, epoch: 1, holdSeconds: 600)
            #expect(due.accounts == [keys[0]])
        }
    }

    /// Guard: the order of the locks. Without it two batches in opposite orders would wait for each other.
    @Test("batches over the same accounts in opposite orders, with failures among them, all come through")
    func noDeadlock() async throws {
        try await StoreDatabase.with { database in
            let (mailbox, keys) = try await Self.world(database, 100)
            let leases = try await mailbox.store.takeLeases(of: keys, lane: .read)
            let visits = leases.map { QuietVisit(lease: $0, intervalSeconds: 300) }
            try await database.execute(Statement("UPDATE account_dispatch SET failures = 1"))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for turn in 0..<40 {
                    group.addTask {
                        let mine = turn.isMultiple(of: 2) ? visits : visits.reversed()
                        return try await mailbox.store.completeQuietVisits(mine).count
                    }
                }
                for try await refused in group { #expect(refused == 0) }
            }
        }
    }

    @Test("a new leader finds the dispatches of the last seconds, page by page, and those that no job may belong to")
    func redispatch() async throws {
        try await StoreDatabase.with { database in
            let (mailbox, keys) = try await Self.world(database, 9)
            let store = try database.store(.scheduler)
            let old = keys.prefix(4)
            try await database.execute(
                Statement(
                    "UPDATE account_dispatch SET dispatched_at = now() - interval '2 minutes' WHERE account_id = ANY ($1)",
                    old.map(\.accountID.uuid)))
            func all(_ page: (DispatchPage.Cursor?) async throws -> DispatchPage) async throws -> [AccountKey] {
                var found: [AccountKey] = []
                var cursor: DispatchPage.Cursor?
                repeat {
                    let next = try await page(cursor)
                    found += next.accounts
                    cursor = next.next
                } while cursor != nil
                return found
            }
            let recent = try await all {
                try await store.recentDispatches(withinSeconds: 60, epoch: 1, after: $0, limit: 2)
            }
            #expect(recent.count == 5 && Set(recent) == Set(keys.dropFirst(4)))
            let orphaned = try await all {
                try await store.orphanedDispatches(olderThanSeconds: 60, epoch: 1, after: $0, limit: 3)
            }
            #expect(orphaned.count == 4 && Set(orphaned) == Set(old))
            #expect(try await store.orphanedDispatches(olderThanSeconds: 60, epoch: 2, limit: 3).accounts == [])
            // What is completed is neither.
            let lease = try await mailbox.store.takeLeases(of: [keys[0]], lane: .read)[0]
            _ = try await mailbox.store.completeQuietVisits([.init(lease: lease, intervalSeconds: 300)])
            #expect(try await store.orphanedDispatches(olderThanSeconds: 60, epoch: 1, limit: 9).accounts.count == 3)
        }
    }
}
