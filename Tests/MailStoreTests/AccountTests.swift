import Entitlements
import MailModel
import MailStore
import Postgres
import Testing

@Suite("Accounts", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct AccountTests {
    @Test("an organization on Silver can't connect an account, and nothing of it is kept")
    func silver() async throws {
        try await StoreDatabase.with { database in
            let error = try await storeError { try await Mailbox.make(in: database, plan: .silver, isStarted: false) }
            #expect(error.code == "plan_required")
            for table in ["accounts", "account_secrets", "account_keys", "account_dispatch", "folders"] {
                #expect(try await database.count(table) == 0, "\(table)")
            }
        }
    }

    @Test("a user on Gold connects two accounts; the third is refused, and a colleague still has two of his own")
    func third() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database, isStarted: false)
            let store = try database.store(.operator)
            func connect(_ address: String, for user: User) async throws {
                _ = try await store.createAccount(
                    .test(owner: user, address: address), secret: "x", purpose: .password, folders: [])
            }
            try await connect("second@example.org", for: mailbox.user)
            let error = try await storeError { try await connect("third@example.org", for: mailbox.user) }
            #expect(error.code == "account_limit_reached")
            let colleague = try await store.createUser(
                organization: mailbox.organization.id, email: "b@example.org", name: "B", role: .regular)
            try await connect("b@example.org", for: colleague)
            #expect(try await store.accounts(of: mailbox.organization.id).count == 3)
        }
    }

    /// Guard: the lock on the organization's row. Without it all of them count one account and go in.
    @Test("of several that ask for the last place at once, one gets it")
    func lastPlace() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database, isStarted: false)
            let store = try database.store(.operator)
            let outcomes = await withTaskGroup(of: String?.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        do throws(StoreError) {
                            _ = try await store.createAccount(
                                .test(owner: mailbox.user, address: "\(number)@example.org"), secret: "x",
                                purpose: .password, folders: Mailbox.listed)
                            return nil
                        } catch {
                            return error.code ?? "\(error)"
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 1)
            #expect(outcomes.count { $0 == "account_limit_reached" } == 3)
            #expect(try await database.count("accounts") == 2)
        }
    }

    @Test(
        "an account reads back as it was made, by its id and by its full key, and knows its own address in lower case")
    func roundTrip() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database, address: "Alice@Example.ORG", isStarted: false)
            #expect(mailbox.account.state == .connected && mailbox.account.intervalSeconds == 300)
            #expect(try await mailbox.store.account(mailbox.account.id) == mailbox.account)
            #expect(try await mailbox.store.account(mailbox.key) == mailbox.account)
            #expect(try await mailbox.store.addresses(of: mailbox.key) == ["alice@example.org"])
            #expect(try await mailbox.store.accounts() == [mailbox.account])
        }
    }

    @Test("removing an account leaves no row of it in any table but the event that says so, and spares the others")
    func removal() async throws {
        try await StoreDatabase.with { database in
            let gone = try await Mailbox.make(in: database)
            let stays = try await Mailbox.make(in: database, address: "carol@example.com")
            for mailbox in [gone, stays] {
                try await mailbox.commit(
                    .test("b@x", in: mailbox.inbox, uid: 1, answers: ["a@x"]), .test("c@x", in: mailbox.inbox, uid: 2),
                    .test("big@x", in: mailbox.inbox, uid: 3, raw: [UInt8](repeating: 9, count: 1_100_000)))
            }
            let removed = try await database.store(.operator).remove(gone.account.id)
            #expect(removed == 3)
            let tables = try await database.column(
                Statement(
                    """
                    SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                       AND NOT c.relispartition AND a.attname = 'account_id'
                    """), as: String.self)
            #expect(tables.count > 15)
            for table in tables where table != "events" {
                let statement = Statement("SELECT count(*) FROM \(table) WHERE account_id = $1", gone.account.id)
                #expect(try await database.value(statement, as: Int.self) == 0, "\(table)")
            }
            #expect(try await stays.messages().count == 3)
        }
    }
}
