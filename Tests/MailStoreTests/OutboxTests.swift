import MailModel
import MailStore
import Postgres
import Testing

@Suite("The outbox", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct OutboxTests {
    private static func wakeUps(_ count: Int, _ organization: OrganizationID?) -> [WakeUp] {
        (0..<count).map {
            WakeUp(
                queue: "actions", kind: "send", resource: "write:\($0)", organizationID: organization,
                gates: $0.isMultiple(of: 2) ? [] : ["host:x", "account:\($0)"], priority: 0,
                notBefore: $0 == 1 ? EpochSeconds(StoreDatabase.now) : nil)
        }
    }

    @Test("wake-ups are handed over as they were written, oldest first, and are gone once the queue has them")
    func relayed() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let wakeUps = Self.wakeUps(5, mailbox.organization.id) + Self.wakeUps(1, nil)
            let store = try database.store(.scheduler)
            #expect(try await store.outboxLag() == 0)
            try await mailbox.store.wake(wakeUps)
            try await database.execute(
                Statement(
                    "UPDATE outbox SET created_at = now() - interval '90 s' WHERE id = (SELECT min(id) FROM outbox)"))
            #expect((90..<150).contains(try await store.outboxLag()))
            var taken: [WakeUp] = []
            let next = try await store.relayOutbox(limit: 4) { taken += $0.map(\.wakeUp) }
            #expect(taken.count == 4 && next != nil)
            #expect(try await store.relayOutbox(limit: 4, after: next) { taken += $0.map(\.wakeUp) } == nil)
            #expect(taken == wakeUps)
            #expect(try await database.count("outbox") == 0)
            #expect(try await store.outboxLag() == 0)
        }
    }

    /// Guard: the order of the steps in `relayOutbox`. Deleted before the queue had them, the rows would be lost.
    @Test("what the queue didn't take stays for the next relay")
    func refused() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            try await mailbox.store.wake(Self.wakeUps(3, mailbox.organization.id))
            let store = try database.store(.scheduler)
            await #expect(throws: NoError.self) {
                _ = try await store.relayOutbox(limit: 10) { _ in throw NoError() }
            }
            #expect(try await database.count("outbox") == 3)
            // What comes while the rows are handed over isn't deleted with them.
            let later = Self.wakeUps(1, nil)
            #expect(try await store.relayOutbox(limit: 10) { _ in try await mailbox.store.wake(later) } == nil)
            #expect(try await database.count("outbox") == 1)
        }
    }

    @Test("what the queue can't take now stays, and keeps nothing behind it from its way")
    func passedOver() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let wakeUps = Self.wakeUps(4, mailbox.organization.id) + Self.wakeUps(2, nil)
            try await mailbox.store.wake(wakeUps)
            let store = try database.store(.scheduler)
            var taken: [WakeUp] = []
            var cursor: Int64?
            repeat {
                cursor = try await store.relayOutbox(limit: 2, after: cursor, where: { $0.organizationID == nil }) {
                    taken += $0.map(\.wakeUp)
                }
            } while cursor != nil
            #expect(taken == Array(wakeUps.suffix(2)))
            #expect(try await database.count("outbox") == 4)
        }
    }
}
