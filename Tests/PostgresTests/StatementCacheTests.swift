import Testing

@testable import Postgres

@Suite("StatementCache")
struct StatementCacheTests {
    @Test("a statement is prepared once and then reused")
    func reuse() throws {
        var cache = StatementCache()
        guard case .prepare(let entry) = cache.plan(Statement("SELECT $1", 1)) else { throw Missing() }
        #expect(cache.plan(Statement("SELECT $1", 2)) == .reuse(entry))
        #expect(cache.takeOwed().isEmpty)
    }

    @Test("the one unused for longest goes, and is owed a DEALLOCATE")
    func eviction() throws {
        var cache = StatementCache(capacity: 2)
        guard case .prepare(let first) = cache.plan(Statement("A")),
            case .prepare(let second) = cache.plan(Statement("B"))
        else { throw Missing() }
        _ = cache.plan(Statement("A"))
        _ = cache.plan(Statement("C"))
        #expect(cache.count == 2)
        #expect(cache.takeOwed() == [second.name])
        #expect(cache.plan(Statement("A")) == .reuse(first))
    }

    @Test("other types need another preparation; an untyped NULL fits any and keeps what is known")
    func types() throws {
        var cache = StatementCache()
        guard case .prepare(let untyped) = cache.plan(Statement("S $1 $2", nil, 1)) else { throw Missing() }
        guard case .prepare(let typed) = cache.plan(Statement("S $1 $2", "x", nil)) else { throw Missing() }
        #expect(cache.takeOwed() == [untyped.name])
        #expect(typed.types == [.text, .int8])
        #expect(cache.plan(Statement("S $1 $2", nil, nil)) == .reuse(typed))
    }

    @Test("what the server did not prepare is prepared the next time")
    func failure() throws {
        var cache = StatementCache()
        guard case .prepare(let entry) = cache.plan(Statement("A")) else { throw Missing() }
        cache.notPrepared(entry)
        guard case .prepare = cache.plan(Statement("A")) else { throw Missing() }
        #expect(cache.takeOwed().isEmpty)
    }
}
