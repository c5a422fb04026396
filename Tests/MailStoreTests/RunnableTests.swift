import MailModel
import MailStore
import Postgres
import Testing

@Suite("Which accounts may be dispatched", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct RunnableTests {
    private static func dispatch(_ database: StoreDatabase, epoch: Int64 = 1) async throws -> [AccountKey] {
        try await database.store(.scheduler).dispatchDue(limit: 10, epoch: epoch, holdSeconds: 600).accounts
    }

    /// Guard: the trigger `follow_account_state`. Without it an account that was paused would stay due.
    @Test(
        "an account is dispatched in the states that let it run, and in no other, whoever has changed the state",
        arguments: AccountState.allCases)
    func states(state: AccountState) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await database.execute(Statement("UPDATE accounts SET state = $1", state.rawValue))
            #expect(try await Self.dispatch(database) == (state.isRunnable ? [mailbox.key] : []))
            let due = try await mailbox.store.account(mailbox.key).nextDueAt
            #expect((due != nil) == state.isRunnable)
        }
    }

    @Test("the database and the program know the same states as runnable", arguments: AccountState.allCases)
    func sameStates(state: AccountState) async throws {
        try await StoreDatabase.with { database in
            let known = try await database.value(Statement("SELECT is_runnable($1)", state.rawValue), as: Bool.self)
            #expect(known == state.isRunnable)
        }
    }

    @Test("an account that may run again is due at once; one dispatched before it was paused isn't held any more")
    func resumed() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            #expect(try await Self.dispatch(database) == [mailbox.key])
            try await database.execute(Statement("UPDATE accounts SET state = 'paused'"))
            #expect(try await Self.dispatch(database, epoch: 2) == [])
            try await database.execute(Statement("UPDATE accounts SET state = 'live'"))
            #expect(try await Self.dispatch(database, epoch: 2) == [mailbox.key])
        }
    }

    /// Guard: the trigger `keep_undue`. Without it the visit's end would make the account due again.
    @Test(
        "a visit that ends after its account was paused or suspended leaves it undue",
        arguments: ["paused", "suspended"])
    func endedLater(state: String) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let lease = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            try await database.execute(Statement("UPDATE accounts SET state = $1", state))
            var checkpoint = Checkpoint()
            let moment = EpochSeconds(StoreDatabase.now)
            checkpoint.completion = .init(finishedAt: moment, nextDueAt: moment, completesFirstSync: false)
            _ = try await mailbox.store.commit(checkpoint, addresses: [], under: lease)
            #expect(try await mailbox.store.completeQuietVisits([.init(lease: lease, intervalSeconds: 0)]) == [])
            #expect(try await mailbox.store.account(mailbox.key).nextDueAt == nil)
            #expect(try await Self.dispatch(database, epoch: 2) == [])
        }
    }

    /// Guard: the look at the state in `fail`.
    @Test("a failure of an account that was paused meanwhile touches nothing of its dispatch")
    func failedLater() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let lease = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            try await database.execute(Statement("UPDATE accounts SET state = 'paused'"))
            let row = Statement("SELECT d::text FROM account_dispatch d")
            let before = try await database.value(row, as: String.self)
            try await mailbox.store.fail(
                lease,
                with: .init(
                    state: .unreachable, problem: AccountProblem(code: "c", text: "t"), retryAfterSeconds: 0))
            #expect(try await database.value(row, as: String.self) == before)
        }
    }

    @Test(
        "an account that can't run is refused when it is asked for, with what would help",
        arguments: [
            (AccountState.connected, "not_started"), (.paused, "account_paused"), (.suspended, "account_suspended"),
            (.needsReauthentication, "needs_reauthentication"), (.disconnected, "account_removed"),
        ])
    func askedFor(state: AccountState, code: String) async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await database.execute(Statement("UPDATE accounts SET state = $1", state.rawValue))
            let store = try database.store(.operator)
            #expect(try await storeError { try await store.syncNow(mailbox.account.id) }.code == code)
            try await database.execute(Statement("UPDATE accounts SET state = 'live'"))
            try await database.execute(Statement("UPDATE account_dispatch SET next_due_at = 'infinity'"))
            try await store.syncNow(mailbox.account.id)
            #expect(try await Self.dispatch(database) == [mailbox.key])
        }
    }

    @Test("accounts are counted by state, with the age of what they know where they know something")
    func byState() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await DispatchTests.makeDue(5, like: mailbox)
            try await database.execute(
                Statement(
                    """
                    UPDATE account_dispatch SET visited_at = now() - make_interval(secs => n.position * 100)
                      FROM (SELECT account_id AS id, row_number() OVER (ORDER BY account_id) AS position
                              FROM account_dispatch WHERE account_id <> $1) n WHERE n.id = account_id
                    """, mailbox.account.id))
            try await database.execute(
                Statement("UPDATE accounts SET last_synced_at = now() - interval '1 day' WHERE state = 'live'"))
            for role in [StoreDatabase.Role.scheduler, .operator] {
                let counts = try await database.store(role).accountsByState()
                #expect(counts.map(\.state) == [.initialSync, .live])
                #expect(counts.map(\.count) == [1, 4])
                #expect(counts[0].freshness == nil)
                let freshness = try #require(counts[1].freshness)
                #expect((200..<260).contains(freshness.median) && (400..<460).contains(freshness.worst))
                #expect(freshness.p99 == freshness.worst)
            }
        }
    }
}
