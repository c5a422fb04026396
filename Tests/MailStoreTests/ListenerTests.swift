import MailModel
import MailStore
import Postgres
import Testing

@Suite("Listeners and homes", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct ListenerTests {
    @Test("a listener lives while it renews itself; one that died is forgotten by the others, one that resigns at once")
    func alive() async throws {
        try await StoreDatabase.with { database in
            let store = try database.store(.worker)
            let first = try await store.renewListener("b", host: "h1", holdSeconds: 60)
            #expect(first.map(\.name) == ["b"] && first[0].host == "h1")
            #expect(try await store.renewListener("a", host: "h2", holdSeconds: 60).map(\.name) == ["a", "b"])
            #expect(
                try await store.renewListener("b", host: "h1", holdSeconds: 60).last?.startedAt == first[0].startedAt)
            try await database.execute(Statement("UPDATE listeners SET held_until = now() WHERE name = 'b'"))
            #expect(try await store.listeners().map(\.name) == ["a"])
            #expect(try await store.renewListener("a", host: "h2", holdSeconds: 60).map(\.name) == ["a"])
            #expect(try await database.count("listeners") == 1)
            try await store.resignListener("a")
            #expect(try await database.store(.scheduler).listeners() == [])
        }
    }

    /// Guard: a listener's own row first, and SKIP LOCKED. Without them two that were both late would wait for each
    /// other.
    @Test("listeners that were all late renew themselves at once without waiting for each other")
    func noDeadlock() async throws {
        try await StoreDatabase.with { database in
            let store = try database.store(.worker)
            for round in 0..<10 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for name in ["a", "b", "c", "d"] {
                        group.addTask {
                            _ = try await store.renewListener(
                                name, host: "h", holdSeconds: round.isMultiple(of: 2) ? -1 : 60)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try await store.listeners().map(\.name) == ["a", "b", "c", "d"])
        }
    }

    @Test("push is for accounts whose first sync is complete, that may run, of organizations whose plan has it")
    func pushAccounts() async throws {
        try await StoreDatabase.with { database in
            let gold = try await Mailbox.make(in: database)
            let silver = try await Mailbox.make(in: database, address: "carol@example.com")
            let syncing = try await Mailbox.make(in: database, address: "dave@example.com")
            let paused = try await Mailbox.make(in: database, address: "erin@example.com")
            for mailbox in [gold, silver, paused] { try await mailbox.completeFirstSync() }
            try await database.execute(
                Statement("UPDATE organizations SET plan = 'silver' WHERE id = $1", silver.organization.id))
            try await database.execute(
                Statement("UPDATE accounts SET state = 'paused' WHERE id = $1", paused.account.id))
            let store = gold.store
            let found = try await store.pushAccounts(limit: 10)
            #expect(found.map(\.key) == [gold.key] && found[0].state == .live && found[0].home == nil)
            #expect(found[0].hostGate == "host:mail.example.org")
            try await syncing.completeFirstSync()
            #expect(try await store.takeHome([gold.key, syncing.key], name: "a") == 2)
            let first = try await store.pushAccounts(limit: 1)
            let rest = try await store.pushAccounts(after: first[0].key, limit: 10)
            #expect(Set((first + rest).map(\.key)) == [gold.key, syncing.key] && rest.count == 1)
            #expect((first + rest).allSatisfy { $0.home == "a" })
        }
    }

    @Test("a home is taken from whoever had it, and left only by whoever has it")
    func homes() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let store = mailbox.store
            #expect(try await store.takeHome([mailbox.key], name: "a") == 1)
            #expect(try await store.takeHome([mailbox.key], name: "a") == 0)
            #expect(try await store.takeHome([mailbox.key], name: "b") == 1)
            #expect(try await store.leaveHome([mailbox.key], name: "a") == 0)
            #expect(try await store.leaveHome([mailbox.key], name: "b") == 1)
            #expect(try await store.takeHome([], name: "b") == 0)
        }
    }

    /// A mailbox due since some seconds, at home at a listener `a` that lives.
    private static func dueAtHome(_ database: StoreDatabase, since seconds: Double = 0) async throws -> Mailbox {
        let mailbox = try await Mailbox.make(in: database)
        _ = try await mailbox.store.renewListener("a", host: "h", holdSeconds: 60)
        _ = try await mailbox.store.takeHome([mailbox.key], name: "a")
        try await Self.makeDue(mailbox, since: seconds)
        return mailbox
    }

    private static func makeDue(_ mailbox: Mailbox, since seconds: Double) async throws {
        try await mailbox.database.execute(
            Statement(
                """
                UPDATE account_dispatch SET next_due_at = now() - make_interval(secs => $1), dispatched_until = NULL
                """, seconds))
    }

    private static func dispatch(_ database: StoreDatabase) async throws -> [AccountKey] {
        try await database.store(.scheduler).dispatchDue(limit: 9, epoch: 5, holdSeconds: 600).accounts
    }

    @Test("a due account is its live home's first, and a worker's when it is late by a second or its home is dead")
    func homeFirst() async throws {
        try await StoreDatabase.with { database in
            // Not yet late: due a moment from now, by the time that the look takes.
            let mailbox = try await Self.dueAtHome(database, since: -0.2)
            let isDue = Statement("SELECT next_due_at <= now() FROM account_dispatch")
            #expect(try await database.eventually(isDue))
            #expect(try await Self.dispatch(database) == [])
            #expect(try await mailbox.store.dueAtHome("b", limit: 9, holdSeconds: 60) == [])
            #expect(try await mailbox.store.dueAtHome("a", limit: 9, holdSeconds: 60) == [mailbox.key])
            #expect(try await mailbox.store.dueAtHome("a", limit: 9, holdSeconds: 60) == [])

            try await Self.makeDue(mailbox, since: 1.1)
            #expect(try await Self.dispatch(database) == [mailbox.key])

            try await Self.makeDue(mailbox, since: 0)
            try await mailbox.store.resignListener("a")
            #expect(try await Self.dispatch(database) == [mailbox.key])
        }
    }

    /// Guard: epoch 0 in `dispatchDue`. Without it what a home visits would be lost to the queue's epoch at once.
    @Test("what its home visits isn't dispatched, however late, until the hold or the home's life ends")
    func held() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Self.dueAtHome(database, since: 100)
            let store = mailbox.store
            #expect(try await store.dueAtHome("a", limit: 9, holdSeconds: 60) == [mailbox.key])
            #expect(try await Self.dispatch(database) == [])
            // Nor is its job missed.
            let scheduler = try database.store(.scheduler)
            #expect(try await scheduler.orphanedDispatches(olderThanSeconds: 0, epoch: 5, limit: 9).accounts == [])
            #expect(try await scheduler.recentDispatches(withinSeconds: 60, epoch: 5, limit: 9).accounts == [])

            try await database.execute(Statement("UPDATE account_dispatch SET dispatched_until = now()"))
            #expect(try await Self.dispatch(database) == [mailbox.key])
            try await Self.makeDue(mailbox, since: 100)
            #expect(try await store.dueAtHome("a", limit: 9, holdSeconds: 60) == [mailbox.key])
            try await database.execute(Statement("UPDATE listeners SET held_until = now()"))
            #expect(try await Self.dispatch(database) == [mailbox.key])
        }
    }

    /// Guard: the mark's end in `takeHome`. Without it the dead home's mark would hold the account for its whole time.
    @Test("what a dead home was visiting is due at once where the account has a new home")
    func inherited() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Self.dueAtHome(database, since: 100)
            let store = mailbox.store
            _ = try await store.dueAtHome("a", limit: 9, holdSeconds: 600)
            _ = try await store.renewListener("b", host: "h", holdSeconds: 60)
            #expect(try await store.takeHome([mailbox.key], name: "b") == 1)
            #expect(try await store.dueAtHome("b", limit: 9, holdSeconds: 600) == [mailbox.key])
            // What a worker visits is left to it.
            try await Self.makeDue(mailbox, since: 100)
            #expect(try await Self.dispatch(database) == [mailbox.key])
            #expect(try await store.takeHome([mailbox.key], name: "a") == 1)
            #expect(try await store.dueAtHome("a", limit: 9, holdSeconds: 600) == [])
        }
    }

    @Test("a visit of a home's own is completed as any other: due in the next interval, at once if it was asked for")
    func completed() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Self.dueAtHome(database, since: 1)
            let store = mailbox.store
            func isDue() async throws -> Bool {
                try await database.value(
                    Statement("SELECT next_due_at <= now() AND dispatched_until IS NULL FROM account_dispatch"))
            }
            _ = try await store.dueAtHome("a", limit: 9, holdSeconds: 60)
            var start = try await store.beginVisit(of: mailbox.key)
            try await store.completeQuietVisit(.init(lease: start.lease, intervalSeconds: 300))
            #expect(try await !isDue())
            // With news, though it isn't due.
            #expect(try await store.claimAtHome([mailbox.key], name: "a", holdSeconds: 60) == [mailbox.key])
            start = try await store.beginVisit(of: mailbox.key)
            try await database.store(.operator).syncNow(mailbox.account.id)
            try await store.completeQuietVisit(.init(lease: start.lease, intervalSeconds: 300))
            #expect(try await isDue())
        }
    }

    @Test("with news an account is claimed by its home alone, and not while anybody visits it or it may not run")
    func claimed() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Self.dueAtHome(database, since: 5)
            let store = mailbox.store
            func claim(_ name: String) async throws -> Bool {
                try await store.claimAtHome([mailbox.key], name: name, holdSeconds: 60) == [mailbox.key]
            }
            #expect(try await !claim("b"))
            #expect(try await Self.dispatch(database) == [mailbox.key])
            #expect(try await !claim("a"))
            try await Self.makeDue(mailbox, since: -100)
            #expect(try await claim("a"))
            #expect(try await !claim("a"))
            try await database.execute(Statement("UPDATE accounts SET state = 'paused'"))
            #expect(try await !claim("a"))
            #expect(try await store.claimAtHome([], name: "a", holdSeconds: 60) == [])
        }
    }
}
