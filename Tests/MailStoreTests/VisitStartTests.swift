import MailModel
import Postgres
import Testing

@testable import MailStore

@Suite("How visits begin", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct VisitStartTests {
    @Test("a visit begins with its lease and all that is stored of its account")
    func whole() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.commit(
                .test("a@x", in: mailbox.inbox, uid: 1), .test("b@x", in: mailbox.alpha, uid: 1))
            try await mailbox.commit(.removing([1], from: mailbox.inbox))
            try await database.execute(
                Statement(
                    """
                    INSERT INTO actions (organization_id, account_id, id, kind, state, origin, not_before)
                    SELECT $1, $2, gen_random_uuid(), u.kind, u.state, 'user', u.at
                      FROM (VALUES ('reply', 'pending', NULL), ('forward', 'running', now()), ('reply', 'done', NULL),
                                   ('reply', 'pending', now() + interval '1 hour'), ('flags', 'pending', NULL))
                        AS u (kind, state, at)
                    """, mailbox.organization.id, mailbox.account.id))
            try await database.execute(Statement("UPDATE account_dispatch SET failures = 2"))
            let before = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            let start = try await mailbox.store.beginVisit(of: mailbox.key)
            #expect(start.lease.token == before.token + 1 && start.lease.lane == .read)
            #expect(start.lease.account == mailbox.key)
            #expect(start.account == (try await mailbox.store.account(mailbox.key)))
            #expect(start.folders == (try await mailbox.store.folders(of: mailbox.key)))
            #expect(start.folders.filter(\.isFollowed).map(\.path.display) == ["Projects/Alpha"])
            #expect(start.addresses == ["alice@example.org"])
            #expect(start.failures == 2 && start.openTrackedActions == 2 && start.orphans == 1)
            #expect(try await storeError { try await mailbox.store.check(before) }.isLeaseLost)
            try await mailbox.store.check(start.lease)
        }
    }

    @Test("many that begin at once each have their own account's; one that is gone is not found, and spoils none")
    func many() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let other = try await Mailbox.make(in: database, address: "carol@example.com")
            let gone = try await Mailbox.make(in: database, address: "dave@example.com")
            _ = try await database.store(.operator).remove(gone.account.id)
            try await DispatchTests.makeDue(30, like: mailbox)
            let keys = try await database.administrator.withSession { session in
                try session.query(Statement("SELECT organization_id, account_id FROM account_dispatch")).map {
                    AccountKey(organizationID: try $0.get(0), accountID: try $0.get(1))
                }
            }
            let store = mailbox.store
            try await withThrowingTaskGroup(of: Void.self) { group in
                for key in keys {
                    group.addTask {
                        let start = try await store.beginVisit(of: key)
                        #expect(start.account.key == key && start.lease.account == key)
                        #expect(
                            start.folders.count == (key == mailbox.key || key == other.key ? 8 : start.folders.count))
                    }
                }
                group.addTask {
                    let error = try await storeError { try await store.beginVisit(of: gone.key) }
                    #expect(error.isNotFound)
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("two that begin a visit of one account at once have a lease each, of which the newer one holds")
    func twice() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            async let first = mailbox.store.beginVisit(of: mailbox.key)
            async let second = mailbox.store.beginVisit(of: mailbox.key)
            let tokens = try await [first.lease.token, second.lease.token]
            #expect(Set(tokens).count == 2)
            let newest = LaneLease(account: mailbox.key, lane: .read, token: tokens.max()!)
            try await mailbox.store.check(newest)
        }
    }

    /// Guard: `evict_lanes` in the same pipeline. Without it the frozen transaction would keep its rows.
    @Test("beginning a visit ends whoever holds the lane in a transaction, and spares the write lane's holder")
    func eviction() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let isHeld = Statement(
                """
                SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND granted
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """)
            func freeze(_ lane: LaneLease.Lane) async throws -> Task<Void, any Error> {
                let lease = try await mailbox.store.takeLease(of: mailbox.key, lane: lane)
                let task = Task {
                    try await mailbox.store.transaction(fence: lease) { session in
                        _ = try session.query(Statement("SELECT pg_sleep(20)"))
                    }
                }
                #expect(try await database.eventually(isHeld))
                return task
            }
            let reader = try await freeze(.read)
            let start = try await mailbox.store.beginVisit(of: mailbox.key)
            let error = try await storeError { try await reader.value }
            guard case .database(let cause) = error else {
                Issue.record("it was not ended from outside: \(error)")
                return
            }
            #expect(cause.sqlstate == "57P01" || cause.kind == .connectionLost)
            try await mailbox.store.check(start.lease)

            let writer = try await freeze(.write)
            _ = try await mailbox.store.beginVisit(of: mailbox.key)
            #expect(try await database.value(isHeld, as: Bool.self))
            writer.cancel()
            await #expect(throws: StoreError.self) { try await writer.value }
        }
    }

    /// Guard: `xmin` in the eviction. Without it a batch that passes an account over would end its new holder.
    @Test("a batch ends no holder of a lane that it didn't take, since the row was locked just then")
    func passedOver() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let lease = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            // Holds the lane and its row for a second, as a commit does for a moment.
            let holder = Task {
                try await mailbox.store.transaction(fence: lease) { session in
                    _ = try session.query(
                        Statement(
                            "SELECT FROM account_dispatch WHERE account_id = $1 FOR NO KEY UPDATE",
                            lease.account.accountID))
                    _ = try session.query(Statement("SELECT pg_sleep(1)"))
                }
            }
            let isLocked = Statement(
                """
                SELECT count(*) = 1 FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event = 'PgSleep'
                """)
            #expect(try await database.eventually(isLocked))
            let starts = try await mailbox.store.withSession { session in
                try Store.begin([lease.account], waits: false, in: session)
            }
            #expect(starts.isEmpty)
            try await holder.value
            let start = try await mailbox.store.beginVisit(of: mailbox.key)
            #expect(start.lease.token == lease.token + 1)
        }
    }

    /// Guard: the order of the locks and SKIP LOCKED. Without them two batches could wait for each other.
    @Test("batches that begin visits, take leases and complete visits of the same accounts at once all come through")
    func noDeadlock() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await DispatchTests.makeDue(60, like: mailbox)
            let due = try await database.store(.scheduler).dispatchDue(limit: 60, epoch: 1, holdSeconds: 600)
            let keys = due.accounts
            let store = mailbox.store
            let other = try database.store(.worker)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for turn in 0..<20 {
                    let mine = turn.isMultiple(of: 2) ? keys : keys.reversed()
                    group.addTask {
                        try await withThrowingTaskGroup(of: Void.self) { visits in
                            for key in mine {
                                visits.addTask {
                                    let start = try await (turn % 4 < 2 ? store : other).beginVisit(of: key)
                                    _ = try await store.completeQuietVisits([
                                        .init(lease: start.lease, intervalSeconds: 300)
                                    ])
                                }
                            }
                            try await visits.waitForAll()
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
