import Failure
import MailModel
import MailStore
import Postgres
import Testing

@Suite("Start syncing", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct StartTests {
    @Test("T is the moment of Start, cut to the second, for the account and each watched folder; the account is due")
    func cut() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            #expect(mailbox.account.startedAt == EpochSeconds(StoreDatabase.now))
            #expect(mailbox.account.state == .initialSync && mailbox.account.nextDueAt != nil)
            let fraction = Statement(
                "SELECT count(*) FROM accounts WHERE started_at <> date_trunc('second', started_at)")
            #expect(try await database.value(fraction, as: Int.self) == 0)
            let watched = mailbox.folders.filter(\.isWatched)
            #expect(Set(watched.map(\.path.display)) == ["INBOX", "Archive", "Sent"])
            for folder in mailbox.folders {
                #expect(folder.startedAt == (folder.isWatched ? EpochSeconds(StoreDatabase.now) : nil))
            }
        }
    }

    @Test("starting again changes nothing, and says nothing twice")
    func twice() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let rows = try await database.mailRows()
            let later = try database.store(.operator, milliseconds: (StoreDatabase.now + 9000) * 1000)
            #expect(try await later.start(mailbox.account.id) == mailbox.account)
            #expect(try await database.mailRows() == rows)
            #expect(rows["events"]?.count == 1)
        }
    }

    @Test("an organization that has come down to Silver can't start")
    func silver() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database, isStarted: false)
            let store = try database.store(.operator)
            _ = try await store.chooseFolders(of: mailbox.account.id, mode: .all, paths: [])
            try await database.execute(Statement("UPDATE organizations SET plan = 'silver'"))
            let error = try await storeError { try await store.start(mailbox.account.id) }
            #expect(error.code == "plan_required" && error.disposition == .needsUser)
            #expect(try await store.account(mailbox.account.id).startedAt == nil)
        }
    }

    @Test("without a choice of folders Start is refused, with the command that makes one")
    func notChosen() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database, isStarted: false)
            let error = try await storeError { try await database.store(.operator).start(mailbox.account.id) }
            #expect(error.code == "folders_not_chosen" && "\(error)".contains("account choose \(mailbox.account.id)"))
            let syncing = try await storeError { try await database.store(.operator).syncNow(mailbox.account.id) }
            #expect(syncing.code == "not_started")
        }
    }

    @Test("an account that isn't there is not found")
    func absent() async throws {
        try await StoreDatabase.with { database in
            let id = AccountID("018f0000-0000-7000-8000-000000000001")!
            let error = try await storeError { try await database.store(.operator).start(id) }
            guard case .notFound(kind: "account", id: id.description) = error else {
                Issue.record("not \(error)")
                return
            }
        }
    }
}
