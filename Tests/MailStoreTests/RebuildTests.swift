import MailModel
import MailStore
import Postgres
import Testing

@Suite("What a rebuild reads", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct RebuildTests {
    @Test("actions that are pending or running are read page by page, each once, by the scheduler's own login")
    func actions() async throws {
        try await StoreDatabase.with { database in
            let mailbox = try await Mailbox.make(in: database)
            let other = try await Mailbox.make(in: database, address: "carol@example.com")
            let states = ["pending", "running", "done", "failed", "unknown", "superseded", "cancelled", "pending"]
            for key in [mailbox.key, other.key] {
                for state in states {
                    try await database.execute(
                        Statement(
                            """
                            INSERT INTO actions (organization_id, account_id, id, kind, state, origin, not_before)
                            VALUES ($1, $2, gen_random_uuid(), 'send', $3, 'postrider', $4)
                            """, key.organizationID, key.accountID, state,
                            state == "running" ? nil : PostgresTimestamp(epochSeconds: StoreDatabase.now)))
                }
            }
            let store = try database.store(.scheduler)
            var found: [PendingAction] = []
            while true {
                let page = try await store.pendingActions(after: found.last?.cursor, limit: 2)
                if page.isEmpty { break }
                found += page
            }
            #expect(found.count == 6 && Set(found.map(\.id)).count == 6)
            #expect(found.filter { $0.account == mailbox.key }.count == 3)
            #expect(found.filter(\.isRunning).count == 2)
            #expect(found.allSatisfy { $0.isRunning == ($0.notBefore == nil) && $0.kind == "send" })
        }
    }
}
