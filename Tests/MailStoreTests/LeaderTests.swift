import MailStore
import Postgres
import Testing

@Suite("The leading scheduler", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct LeaderTests {
    @Test("one leads while its hold runs and keeps the lead by renewing it; then another may, or once it resigns")
    func lead() async throws {
        try await StoreDatabase.with { database in
            let store = try database.store(.scheduler)
            #expect(try await store.leader() == nil)
            #expect(try await store.tryLead("a", holdSeconds: 60))
            #expect(try await store.tryLead("b", holdSeconds: 60) == false)
            try await database.execute(Statement("UPDATE scheduler_leader SET since = since - interval '1 hour'"))
            let since = try await store.leader()?.since
            #expect(try await store.tryLead("a", holdSeconds: 60))
            let leader = try await store.leader()
            #expect(leader?.name == "a" && leader?.since == since && leader?.isHeld == true)

            try await database.execute(Statement("UPDATE scheduler_leader SET held_until = now()"))
            #expect(try await store.leader()?.isHeld == false)
            #expect(try await store.tryLead("b", holdSeconds: 60))
            #expect(try await store.leader()?.since != since)
            try await store.resignLead("a")
            #expect(try await database.store(.operator).leader()?.name == "b")
            try await store.resignLead("b")
            #expect(try await store.tryLead("a", holdSeconds: 60))
        }
    }

    @Test("of several that try at once one leads")
    func race() async throws {
        try await StoreDatabase.with { database in
            let store = try database.store(.scheduler)
            let leaders = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<8 { group.addTask { try await store.tryLead("s\(number)", holdSeconds: 60) } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(leaders == 1)
        }
    }
}
