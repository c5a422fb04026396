import Failure
import Postgres
import Testing

@Suite("Migrator against a server", .enabled(if: LiveDatabase.isOffered, LiveDatabase.skipReason))
struct LiveMigratorTests {
    private static let first = Migration(
        number: 1, name: "first", sql: "CREATE TABLE a (id int); CREATE TABLE b (id int)")
    private static let second = Migration(number: 2, name: "second", sql: "ALTER TABLE a ADD COLUMN name text")

    @Test("migrations apply in order, once")
    func twice() async throws {
        try await LiveDatabase.with { pool in
            let migrator = try Migrator(pool: pool, migrations: [Self.second, Self.first])
            #expect(try await migrator.appliedVersion() == nil)
            #expect(try await migrator.migrate() == [Self.first, Self.second])
            #expect(try await migrator.migrate() == [])
            #expect(try await migrator.appliedVersion() == 2)
        }
    }

    /// Guard: the advisory lock. Without it two create the tables at once, and one fails.
    @Test("several at once apply each migration once, and all succeed")
    func concurrently() async throws {
        try await LiveDatabase.with(poolSize: 6) { pool in
            let migrator = try Migrator(pool: pool, migrations: [Self.first, Self.second])
            let applied = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<6 { group.addTask { try await migrator.migrate().count } }
                return try await group.reduce(0, +)
            }
            #expect(applied == 2)
        }
    }

    @Test("a file changed after it was applied is refused by name, with the way out")
    func checksum() async throws {
        try await LiveDatabase.with { pool in
            _ = try await Migrator(pool: pool, migrations: [Self.first]).migrate()
            let changed = Migration(number: 1, name: "first", sql: Self.first.sql + " ")
            let error = try await postgresError { try await Migrator(pool: pool, migrations: [changed]).migrate() }
            #expect(error.kind == .migration && error.disposition == .needsUser)
            #expect(error.message.contains("0001_first.sql") && error.message.contains("new migration"))
        }
    }

    @Test("a migration that fails is undone and named; those before it stay")
    func failing() async throws {
        try await LiveDatabase.with { pool in
            let broken = Migration(number: 2, name: "broken", sql: "CREATE TABLE c (id int); SELECT 1/0")
            let migrator = try Migrator(pool: pool, migrations: [Self.first, broken])
            let error = try await postgresError { try await migrator.migrate() }
            #expect(error.activity.contains("0002_broken.sql"))
            #expect(try await migrator.appliedVersion() == 1)
            #expect(try await pool.value(Statement("SELECT to_regclass('c') IS NULL"), as: Bool.self))
            #expect(try await Migrator(pool: pool, migrations: [Self.first, Self.second]).migrate() == [Self.second])
        }
    }

    @Test("a migration numbered below what is applied is refused; so are two of one number")
    func late() async throws {
        try await LiveDatabase.with { pool in
            _ = try await Migrator(pool: pool, migrations: [Migration(number: 2, name: "other", sql: "")]).migrate()
            let error = try await postgresError {
                try await Migrator(pool: pool, migrations: [Self.first, Migration(number: 2, name: "other", sql: "")])
                    .migrate()
            }
            #expect(error.kind == .migration && error.message.contains("0001_first.sql"))
            #expect(throws: PostgresError.self) {
                try Migrator(pool: pool, migrations: [Self.first, Migration(number: 1, name: "again", sql: "")])
            }
        }
    }

    @Test("a schema outside the range is refused with the command that mends it")
    func range() async throws {
        try await LiveDatabase.with { pool in
            let migrator = try Migrator(pool: pool, migrations: [Self.first, Self.second])
            let empty = try await postgresError { try await migrator.requireSchema(in: 1...2) }
            #expect(empty.kind == .schemaVersion && empty.message.contains("`postrider migrate`"))
            _ = try await migrator.migrate()
            try await migrator.requireSchema(in: 1...2)
            let old = try await postgresError { try await migrator.requireSchema(in: 3...4) }
            #expect(old.message.contains("version 2") && old.message.contains("`postrider migrate`"))
            let new = try await postgresError { try await migrator.requireSchema(in: 1...1) }
            #expect(new.message.contains("newer release"))
        }
    }

    @Test("the connection that migrated leaves neither its lock nor its settings behind")
    func aftermath() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            _ = try await Migrator(pool: pool, migrations: [Self.first]).migrate()
            #expect(try await pool.value(Statement("SELECT current_setting('lock_timeout')"), as: String.self) == "2s")
            #expect(
                try await eventually {
                    try await pool.value(
                        Statement("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), as: Int.self)
                        == 0
                })
        }
    }
}
