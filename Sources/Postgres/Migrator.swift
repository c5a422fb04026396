/// Brings a database's schema up to what the program knows, once, whoever else tries at the same time.
///
/// Applied migrations stand in `schema_migrations`. One session-level advisory lock admits one migrator at a time; each
/// migration and its row are one transaction, so that a crash leaves whole steps only.
package struct Migrator: Sendable {
    /// The advisory lock: any number, as long as every release uses the same.
    static let lock: Int64 = 0x706F_7374_7269_6465
    /// What an operator runs to mend a schema that is too old.
    static let command = "postrider migrate"

    private let pool: PostgresPool
    private let migrations: [Migration]

    /// - Parameter migrations: in any order.
    /// - Throws: ``PostgresError`` of kind `migration` where two have one number.
    package init(pool: PostgresPool, migrations: [Migration]) throws(PostgresError) {
        self.pool = pool
        self.migrations = migrations.sorted { $0.number < $1.number }
        for (first, second) in zip(self.migrations, self.migrations.dropFirst()) where first.number == second.number {
            throw PostgresError(
                kind: .migration, message: "\(first.fileName) and \(second.fileName) have one number",
                activity: "reading migrations")
        }
    }

    /// Applies what isn't applied yet, after waiting for any other migrator to finish.
    /// - Returns: the migrations that this call applied; none where the schema was up to date.
    /// - Throws: ``PostgresError`` of kind `migration` where an applied file was changed or one came too late; else
    ///   the error of the migration that failed, which is rolled back while those before it stay.
    package func migrate() async throws -> [Migration] {
        let migrations = migrations
        return try await pool.withSession { session in
            // Waiting for another migrator may take as long as its work does; the lock waits of each migration don't.
            try session.script("SET lock_timeout = 0; SET statement_timeout = 0")
            try session.execute(Statement("SELECT pg_advisory_lock($1)", Self.lock))
            // Ending the connection gives the lock back, and the settings made above, however this ends: also for a
            // cancelled task, for which nothing more is sent.
            defer { session.abandon() }
            return try Self.apply(migrations, session, configuration: pool.configuration)
        }
    }

    /// The highest number applied; nil for a database without any.
    package func appliedVersion() async throws -> Int? {
        try await pool.withSession { try Self.appliedVersion($0) }
    }

    /// Refuses a schema that the program doesn't know.
    /// - Parameter range: the versions that it works with.
    /// - Throws: ``PostgresError`` of kind `schemaVersion`, naming the command that mends it.
    package func requireSchema(in range: ClosedRange<Int>) async throws {
        let version = try await appliedVersion()
        guard let version, version >= range.lowerBound else {
            let found = version.map { "is at version \($0)" } ?? "is empty"
            throw PostgresError(
                kind: .schemaVersion,
                message: "the schema \(found), this release needs \(range.lowerBound): run `\(Self.command)`",
                activity: "checking the schema")
        }
        guard version <= range.upperBound else {
            throw PostgresError(
                kind: .schemaVersion,
                message: "the schema is at version \(version), this release knows up to \(range.upperBound): "
                    + "start a newer release; `\(Self.command)` never goes back",
                activity: "checking the schema")
        }
    }
}
