import MailModel
import MailStore
import Postgres
import Testing

@Suite("Dispatch", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct DispatchTests {
    /// Accounts of one user, made in bulk, all due one after another since an hour ago.
    static func makeDue(_ count: Int, like mailbox: Mailbox) async throws {
        try await mailbox.database.execute(
            Statement(
                """
                INSERT INTO accounts (organization_id, id, owner_id, address, state, auth_kind, username, imap_host,
                                      imap_port, imap_security)
                SELECT organization_id, gen_random_uuid(), owner_id, address, 'live', auth_kind, username, imap_host,
                       imap_port, imap_security
                  FROM accounts, generate_series(2, $1) WHERE id = $2
                """, Int32(count), mailbox.account.id))
        try await mailbox.database.execute(
            Statement(
                """
                INSERT INTO account_dispatch (organization_id, account_id) SELECT organization_id, id FROM accounts
                    ON CONFLICT DO NOTHING
                """))
        try await mailbox.database.execute(
            Statement(
                """
                UPDATE account_dispatch d SET next_due_at = now() - interval '1 hour' + n.position * interval '1 second'
                  FROM (SELECT account_id, row_number() OVER (ORDER BY account_id) AS position FROM account_dispatch) n
                 WHERE n.account_id = d.account_id
                """))
    }

    /// Guard: the compare-and-set of the mark, and SKIP LOCKED. Without the mark an account would go to both.
    @Test("of two schedulers at once, each due account goes to exactly one")
    func twoSchedulers() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await Self.makeDue(60, like: mailbox)
            let store = try database.store(.scheduler)
            let taken = try await withThrowingTaskGroup(of: [AccountKey].self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var all: [AccountKey] = []
                        while true {
                            let some = try await store.dispatchDue(limit: 7, epoch: 1, holdSeconds: 600).accounts
                            if some.isEmpty { return all }
                            all += some
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            // What one was marking, the other passed over, and came back for at the latest with its last look.
            let rest = try await store.dispatchDue(limit: 100, epoch: 1, holdSeconds: 600).accounts
            #expect((taken + rest).count == 60 && Set(taken + rest).count == 60)
        }
    }

    @Test("a dispatched account is held back until its hold ends, or until the queue has a newer epoch")
    func held() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let store = try database.store(.scheduler)
            func due(_ epoch: Int64) async throws -> [AccountKey] {
                try await store.dispatchDue(limit: 10, epoch: epoch, holdSeconds: 600).accounts
            }
            #expect(try await due(1) == [mailbox.key])
            #expect(try await due(1) == [])
            #expect(try await due(2) == [mailbox.key])
            #expect(try await due(2) == [])
            #expect(try await due(1) == [])
            try await database.execute(Statement("UPDATE account_dispatch SET dispatched_until = now()"))
            #expect(try await due(2) == [mailbox.key])
        }
    }

    @Test("an account that is due later, or not at all, isn't dispatched; the longest due go first")
    func order() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await Self.makeDue(5, like: mailbox)
            let byDue = try await database.column(
                Statement("SELECT account_id FROM account_dispatch ORDER BY next_due_at"), as: AccountID.self)
            try await database.execute(
                Statement(
                    "UPDATE account_dispatch SET next_due_at = now() + interval '1 minute' WHERE account_id = $1",
                    byDue[1]))
            try await database.execute(
                Statement("UPDATE account_dispatch SET next_due_at = NULL WHERE account_id = $1", byDue[3]))
            let store = try database.store(.scheduler)
            let two = try await store.dispatchDue(limit: 2, epoch: 1, holdSeconds: 600).accounts
            #expect(Set(two.map(\.accountID)) == [byDue[0], byDue[2]])
            #expect(
                try await store.dispatchDue(limit: 9, epoch: 1, holdSeconds: 600).accounts.map(\.accountID) == [
                    byDue[4]
                ])
        }
    }

    @Test("a visit carried through makes the account due when it says; a failure counts and makes it due as it says")
    func afterVisits() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            _ = try await database.store(.scheduler).dispatchDue(limit: 1, epoch: 1, holdSeconds: 600)
            let lease = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            let problem = AccountProblem(code: "unreachable", text: "the server doesn't answer")
            try await mailbox.store.fail(
                lease, with: .init(state: .unreachable, problem: problem, retryAfterSeconds: 0))
            var account = try await mailbox.store.account(mailbox.key)
            #expect(account.state == .unreachable && account.problem == problem)
            #expect(try await mailbox.store.failures(of: mailbox.key) == 1)
            #expect(
                try await database.store(.scheduler).dispatchDue(limit: 1, epoch: 1, holdSeconds: 600).accounts == [
                    mailbox.key
                ])

            try await mailbox.store.fail(
                lease, with: .init(state: .needsReauthentication, problem: problem, retryAfterSeconds: nil))
            #expect(try await mailbox.store.account(mailbox.key).nextDueAt == nil)
            #expect(try await mailbox.store.failures(of: mailbox.key) == 2)
            #expect(
                try await database.store(.scheduler).dispatchDue(limit: 1, epoch: 2, holdSeconds: 600).accounts == [])

            // Its owner has signed in again.
            try await database.execute(Statement("UPDATE accounts SET state = 'live'"))
            _ = try await database.store(.scheduler).dispatchDue(limit: 1, epoch: 2, holdSeconds: 600)
            var checkpoint = Checkpoint()
            let next = EpochSeconds(StoreDatabase.now + 300)
            checkpoint.completion = .init(
                finishedAt: EpochSeconds(StoreDatabase.now), nextDueAt: next, completesFirstSync: false)
            try await mailbox.commit(checkpoint)
            account = try await mailbox.store.account(mailbox.key)
            #expect(account.nextDueAt == next && account.problem == nil)
            #expect(try await mailbox.store.failures(of: mailbox.key) == 0)
        }
    }

    @Test("a failure is told once however often it is met, and never of an account that was paused meanwhile")
    func toldFailures() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await database.execute(Statement("DELETE FROM events"))
            let lease = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            let failure = Store.VisitFailure(
                state: .unreachable, problem: AccountProblem(code: "c", text: "t"), retryAfterSeconds: 1)
            for _ in 0..<3 { try await mailbox.store.fail(lease, with: failure) }
            let told = Statement("SELECT detail->>'state' FROM events")
            #expect(try await database.column(told, as: String.self) == ["unreachable"])
            try await database.execute(Statement("UPDATE accounts SET state = 'paused'"))
            try await mailbox.store.fail(lease, with: failure)
            #expect(try await mailbox.store.account(mailbox.key).state == .paused)
            #expect(try await database.column(told, as: String.self) == ["unreachable"])
        }
    }

    @Test("every epoch of the queue is a new number, and partitions that exist aren't made again")
    func housekeeping() async throws {
        try await StoreDatabase.with { database in
            let store = try database.store(.scheduler)
            let first = try await store.nextQueueEpoch()
            #expect(try await store.nextQueueEpoch() > first)
            #expect(try await store.ensurePartitions(monthsAhead: 3) == 0)
            #expect(try await store.ensurePartitions(monthsAhead: 5) == 6)
        }
    }
}
