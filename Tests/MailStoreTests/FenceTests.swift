import Failure
import MailModel
import Postgres
import Testing

@testable import MailStore

@Suite("Fences and eviction", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct FenceTests {
    private static func checkpoint(_ mailbox: Mailbox) -> Checkpoint {
        var checkpoint = Checkpoint()
        checkpoint.messages = [
            .test("a@x", in: mailbox.inbox, uid: 1),
            .test("big@x", in: mailbox.inbox, uid: 2, raw: [UInt8](repeating: 1, count: 1_100_000)),
        ]
        checkpoint.cursors[mailbox.inbox.id] = FolderCursor(
            uidValidity: UIDValidity(rawValue: 7), uidNext: UID(rawValue: 3), exists: 2, highestModSequence: nil,
            proven: UID(rawValue: 2))
        checkpoint.completion = .init(
            finishedAt: EpochSeconds(StoreDatabase.now), nextDueAt: EpochSeconds(StoreDatabase.now + 300),
            completesFirstSync: true)
        return checkpoint
    }

    /// Guard: the fence, `fence_lane`, as the transaction's last statement. The second half takes it out and shows that
    /// the same write would have landed.
    @Test("a commit under a lease that was replaced is refused and leaves nothing; without the fence it would land")
    func stale() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let old = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            let new = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            #expect(new.token > old.token)
            let rows = try await database.mailRows()
            let account = try await mailbox.store.account(mailbox.key)
            let checkpoint = Self.checkpoint(mailbox)
            let addresses = try await mailbox.store.addresses(of: mailbox.key)
            let error = try await storeError {
                try await mailbox.store.commit(checkpoint, addresses: addresses, under: old)
            }
            #expect(error.isLeaseLost && error.disposition == .cancelled)
            #expect(try await database.mailRows() == rows)
            #expect(try await mailbox.store.account(mailbox.key) == account)

            // The same writer in a plain transaction: nothing else keeps the old holder from writing.
            let key = mailbox.key
            let ids = mailbox.store.ids
            let result = try await mailbox.store.transaction { session in
                try CheckpointWriter(account: key, addresses: addresses, ids: ids, session: session).write(checkpoint)
            }
            #expect(result.newMessages == 2)
            #expect(try await database.count("messages") == 2)
            #expect(try await mailbox.store.account(mailbox.key).state == .live)
        }
    }

    /// Guard: the fence of `fail`.
    @Test("a failure recorded under a lease that was replaced is refused and changes neither state nor due time")
    func staleFailure() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let old = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            _ = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            let account = try await mailbox.store.account(mailbox.key)
            let failure = Store.VisitFailure(
                state: .unreachable, problem: AccountProblem(code: "c", text: "t"), retryAfterSeconds: nil)
            let error = try await storeError { try await mailbox.store.fail(old, with: failure) }
            #expect(error.isLeaseLost)
            #expect(try await mailbox.store.account(mailbox.key) == account)
            #expect(try await mailbox.store.failures(of: mailbox.key) == 0)
        }
    }

    @Test("the lanes are apart: a new write lease leaves the read lease good, and so does another account's")
    func lanes() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let other = try await Mailbox.make(in: database, address: "carol@example.com")
            let read = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            _ = try await mailbox.store.takeLease(of: mailbox.key, lane: .write)
            _ = try await mailbox.store.takeLease(of: other.key, lane: .read)
            let result = try await mailbox.store.commit(Self.checkpoint(mailbox), addresses: [], under: read)
            #expect(result.newMessages == 2)
        }
    }

    @Test("a lease of an account that is gone is not given, and one taken before it went writes nothing")
    func gone() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let lease = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            _ = try await database.store(.operator).remove(mailbox.account.id)
            let failure = Store.VisitFailure(
                state: nil, problem: AccountProblem(code: "c", text: "t"), retryAfterSeconds: 1)
            let error = try await storeError { try await mailbox.store.fail(lease, with: failure) }
            #expect(error.isLeaseLost)
            let taking = try await storeError { try await mailbox.store.takeLease(of: mailbox.key, lane: .read) }
            guard case .notFound = taking else {
                Issue.record("not \(taking)")
                return
            }
        }
    }

    /// Whether a backend holds some lane's lock in the test's database.
    private static let isHeld = Statement(
        """
        SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory' AND granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """)

    /// A holder of the lane that is stuck within its transaction, as one frozen in the middle of a COPY is. It ends by
    /// itself after 20 s, so that a test whose guard is out fails instead of hanging.
    private static func freeze(
        _ lease: LaneLease, _ mailbox: Mailbox, as holder: Store? = nil
    ) async throws -> Task<Void, any Error> {
        let store = holder ?? mailbox.store
        let task = Task {
            try await store.transaction(fence: lease) { session in
                _ = try session.query(Statement("SELECT pg_sleep(20)"))
            }
        }
        #expect(try await mailbox.database.eventually(isHeld))
        return task
    }

    /// Guard: `evict_lane` in `takeLease`. Without it the frozen transaction would stay and keep its locks.
    @Test("taking a lease ends the backend that holds the lane in a transaction, and the successor writes")
    func eviction() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let old = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            let frozen = try await Self.freeze(old, mailbox)
            let new = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            let error = try await storeError { try await frozen.value }
            guard case .database(let cause) = error else {
                Issue.record("it was not ended from outside: \(error)")
                return
            }
            #expect(cause.sqlstate == "57P01" || cause.kind == .connectionLost)
            let result = try await mailbox.store.commit(Self.checkpoint(mailbox), addresses: [], under: new)
            #expect(result.newMessages == 2)
        }
    }

    /// Guard: the token in `evict_lane`. Without it a worker that has lost the lane could end its successor.
    @Test("with a token that was replaced, or on the other lane, eviction ends nobody")
    func staleEviction() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let old = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            let new = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            let frozen = try await Self.freeze(new, mailbox)
            func evict(_ lane: String, _ token: Int64) async throws -> Int {
                let statement = Statement(
                    "SELECT evict_lane($1, $2, $3, $4)", mailbox.key.organizationID, mailbox.key.accountID, lane, token)
                return Int(
                    try await database.pool(.worker).withSession { try $0.query(statement)[0].get(0, as: Int32.self) })
            }
            #expect(try await evict("read", old.token) == 0)
            _ = try await mailbox.store.takeLease(of: mailbox.key, lane: .write)
            #expect(try await database.value(Self.isHeld, as: Bool.self))
            #expect(try await evict("read", new.token) == 1)
            await #expect(throws: StoreError.self) { try await frozen.value }
        }
    }

    /// Guard: the look at `rolsuper` in `evict_lane`. Without it PostgreSQL's refusal would fail the lease itself.
    @Test("a lane held by a superuser's login, which nobody else may end, is taken nevertheless; the fence holds")
    func superuserHolder() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let old = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            let frozen = try await Self.freeze(old, mailbox, as: Store(pool: database.administrator))
            let new = try await mailbox.store.takeLease(of: mailbox.key, lane: .read)
            #expect(new.token > old.token)
            #expect(try await database.value(Self.isHeld, as: Bool.self))
            frozen.cancel()
            await #expect(throws: StoreError.self) { try await frozen.value }
        }
    }

    @Test("only a worker may evict")
    func whoEvicts() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let statement = Statement(
                "SELECT evict_lane($1, $2, 'read', 0)", mailbox.key.organizationID, mailbox.key.accountID)
            for role in [StoreDatabase.Role.api, .scheduler] {
                let error = await #expect(throws: PostgresError.self) {
                    try await database.pool(role).withSession { _ = try $0.query(statement) }
                }
                #expect(error?.kind == .insufficientPrivilege)
            }
        }
    }
}
