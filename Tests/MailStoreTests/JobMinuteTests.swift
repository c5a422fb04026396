import MailModel
import MailStore
import Testing

@Suite("Minutes of jobs", .enabled(if: StoreDatabase.isOffered, StoreDatabase.skipReason))
struct JobMinuteTests {
    private static let minute = EpochSeconds(StoreDatabase.now - StoreDatabase.now % 60)

    private static func count(_ kind: String, _ outcome: String, at: Int64 = 0, count: Int = 1, max: Int = 5)
        -> JobMinute
    {
        JobMinute(
            minute: minute + at, queue: "sync", kind: kind, outcome: outcome, count: count,
            totalMilliseconds: 10 * count, maxMilliseconds: max)
    }

    @Test("counts add up by the minute, also within one call; the longest stays; old minutes go")
    func added() async throws {
        try await StoreDatabase.with { database in
            let store = try database.store(.worker)
            try await store.add([
                Self.count("sync", "done", count: 3), Self.count("sync", "done", at: 59, max: 9),
                Self.count("sync", "retry", at: 60),
            ])
            try await store.add([Self.count("sync", "done", count: 2, max: 7)])
            try await store.add([])
            let reader = try database.store(.scheduler)
            #expect(
                try await reader.jobMinutes(since: Self.minute)
                    == [Self.count("sync", "done", count: 6, max: 9), Self.count("sync", "retry", at: 60)])
            #expect(try await reader.jobMinutes(since: Self.minute + 60).count == 1)
            #expect(try await reader.pruneJobMinutes(before: Self.minute + 60) == 1)
            #expect(try await reader.jobMinutes(since: Self.minute).map(\.outcome) == ["retry"])
        }
    }

    /// Guard: ORDER BY in `add`. Without it two processes with the same rows in opposite orders would deadlock.
    @Test("processes that add the same rows in opposite orders all come through, and nothing is lost")
    func noDeadlock() async throws {
        try await StoreDatabase.with { database in
            let store = try database.store(.worker)
            let rows = (0..<50).map { Self.count("kind \($0)", "done") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for turn in 0..<40 {
                    group.addTask { try await store.add(turn.isMultiple(of: 2) ? rows : rows.reversed()) }
                }
                try await group.waitForAll()
            }
            let counts = try await store.jobMinutes(since: Self.minute)
            #expect(counts.count == 50 && counts.allSatisfy { $0.count == 40 && $0.totalMilliseconds == 400 })
        }
    }
}
