import Foundation
import MailModel
import MailStore
import Postgres
import Testing

@Suite("Permits for connections", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct ConnectionTests {
    private static let host = "host:mail.example.org"

    /// One permit of a mailbox, at one host.
    private static func take(
        _ mailbox: Mailbox, by holder: String = "a", toStay: Bool = false, usual: Int = 3
    ) async throws -> ConnectionPermit {
        try await mailbox.store.takeConnection(
            ConnectionPermit(id: UUID(), account: mailbox.key, hostGate: host, stays: toStay), holder: holder,
            usual: usual)
    }

    private static func live(_ holders: String..., in store: Store) async throws {
        for holder in holders { _ = try await store.renewConnections(of: holder, holdSeconds: 60) }
    }

    @Test("an account has as many connections as it may, over all processes, and one more when one is given back")
    func account() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let other = try await Mailbox.make(in: database, address: "carol@example.com")
            try await Self.live("a", "b", in: mailbox.store)
            let first = try await Self.take(mailbox)
            for _ in 0..<2 { _ = try await Self.take(mailbox, by: "b") }
            await #expect(throws: ConnectionRefusal.accountHasAll) { _ = try await Self.take(mailbox) }
            _ = try await Self.take(other)
            try await mailbox.store.giveBackConnections([first])
            _ = try await Self.take(mailbox)
            #expect(try await mailbox.store.openConnections() == [Self.host: 4])
        }
    }

    @Test("what an operator has set for an account, or for all, goes before the usual")
    func setByOperators() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let other = try await Mailbox.make(in: database, address: "carol@example.com")
            let operators = try database.store(.operator)
            try await operators.keep(GateSetting(gate: "account:*", connections: 1))
            try await operators.keep(GateSetting(gate: "account:\(other.account.id)", connections: 2))
            #expect(try await operators.gateSettings().map(\.connections) == [1, 2])
            try await Self.live("a", in: mailbox.store)
            _ = try await Self.take(mailbox)
            await #expect(throws: ConnectionRefusal.self) { _ = try await Self.take(mailbox) }
            for _ in 0..<2 { _ = try await Self.take(other) }
            await #expect(throws: ConnectionRefusal.self) { _ = try await Self.take(other) }
            try await operators.keep(GateSetting(gate: "account:*"))
            #expect(try await operators.gateSettings().count == 1)
        }
    }

    @Test("at a host a quarter of the connections is left to visits, and at an account one")
    func staying() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await database.store(.operator).keep(GateSetting(gate: Self.host, connections: 4))
            try await Self.live("a", in: mailbox.store)
            var stays: [Bool] = []
            for _ in 0..<4 { stays.append(try await Self.take(mailbox, toStay: true, usual: 10).stays) }
            #expect(stays == [true, true, true, false])
            await #expect(throws: ConnectionRefusal.hostHasAll(gate: Self.host)) {
                _ = try await Self.take(mailbox, usual: 10)
            }
            try await database.store(.operator).keep(GateSetting(gate: Self.host, connections: 40))
            let other = try await Mailbox.make(in: database, address: "carol@example.com")
            stays = []
            for _ in 0..<3 { stays.append(try await Self.take(other, toStay: true).stays) }
            #expect(stays == [true, true, false])
            let last = try await Mailbox.make(in: database, address: "dan@example.com")
            #expect(try await Self.take(last, toStay: true, usual: 1).stays)
        }
    }

    @Test("the permits of a process that died count no more and are taken away; one that only slept says them again")
    func dead() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let store = mailbox.store
            try await Self.live("a", "b", in: store)
            var held: [ConnectionPermit] = []
            for _ in 0..<3 { held.append(try await Self.take(mailbox, by: "b")) }
            try await database.execute(Statement("UPDATE connection_holders SET held_until = now() WHERE name = 'b'"))
            let free = try await Self.take(mailbox)
            #expect(try await store.renewConnections(of: "a", holdSeconds: 60))
            #expect(try await database.count("connection_permits") == 1)
            // then it takes none before it is heard of again
            await #expect(throws: ConnectionRefusal.holderWasSilent) { _ = try await Self.take(mailbox, by: "b") }
            // when
            #expect(try await !store.renewConnections(of: "b", holdSeconds: 60))
            try await store.restoreConnections(held, of: "b")
            // then
            #expect(try await store.openConnections() == [Self.host: 4])
            try await store.giveBackConnections([free])
            await #expect(throws: ConnectionRefusal.self) { _ = try await Self.take(mailbox) }
        }
    }

    /// Guard: the locks of `take_connection`. Without them, those who ask at once each count what was there before.
    @Test("many who ask at once get no more than there is")
    func atOnce() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let others = try await [
                Mailbox.make(in: database, address: "carol@example.com"),
                Mailbox.make(in: database, address: "dan@example.com"),
            ]
            try await database.store(.operator).keep(GateSetting(gate: "host:*", connections: 5))
            try await Self.live("a", in: mailbox.store)
            let taken = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<60 {
                    let one = ([mailbox] + others)[number % 3]
                    group.addTask { (try? await Self.take(one)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(taken == 5)
            #expect(try await database.count("connection_permits") == 5)
        }
    }
}
