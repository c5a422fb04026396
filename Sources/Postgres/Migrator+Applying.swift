extension Migrator {
    /// What `schema_migrations` says of one.
    private struct Applied {
        let name: String
        let checksum: String
    }

    /// Applies what is missing, under the lock.
    static func apply(
        _ migrations: [Migration],
        _ session: PostgresSession,
        configuration: PostgresConfiguration
    ) throws -> [Migration] {
        try session.script(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                number bigint PRIMARY KEY,
                name text NOT NULL,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """)
        let applied = try applied(session)
        let checksums = try checksums(migrations, session)
        let missing = try missing(migrations, applied: applied, checksums: checksums)
        // On a live system a migration that can't have its lock fails soon, rather than block everyone behind it.
        let lockTimeout = configuration.settings["lock_timeout"] ?? "0"
        for migration in missing {
            let checksum = checksums[migration.number]
            do {
                try session.transaction { session in
                    try session.execute(Statement("SELECT set_config('lock_timeout', $1, true)", lockTimeout))
                    try session.script(migration.sql)
                    try session.execute(
                        Statement(
                            "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)",
                            migration.number, migration.name, checksum))
                }
            } catch let error as PostgresError {
                throw error.during("applying \(migration.fileName)")
            }
        }
        return missing
    }

    static func appliedVersion(_ session: PostgresSession) throws -> Int? {
        // Asked before the table is named: on a fresh database its absence is no error.
        let exists = try session.query(Statement("SELECT to_regclass('schema_migrations') IS NOT NULL"))
        guard try exists[0].get(0, as: Bool.self) else { return nil }
        return try session.query(Statement("SELECT max(number) FROM schema_migrations"))[0].getOptional(0)
    }

    private static func applied(_ session: PostgresSession) throws -> [Int: Applied] {
        var applied: [Int: Applied] = [:]
        for row in try session.query(Statement("SELECT number, name, checksum FROM schema_migrations")) {
            applied[try row.get(0)] = Applied(name: try row.get(1), checksum: try row.get(2))
        }
        return applied
    }

    /// SHA-256 of each text, by the server, which has it built in.
    private static func checksums(_ migrations: [Migration], _ session: PostgresSession) throws -> [Int: String] {
        let rows = try session.query(
            Statement(
                """
                SELECT number, encode(sha256(convert_to(sql, 'UTF8')), 'hex')
                FROM unnest($1::bigint[], $2::text[]) AS migration(number, sql)
                """,
                migrations.map(\.number), migrations.map(\.sql)))
        var checksums: [Int: String] = [:]
        for row in rows { checksums[try row.get(0)] = try row.get(1) }
        return checksums
    }

    private static func missing(
        _ migrations: [Migration],
        applied: [Int: Applied],
        checksums: [Int: String]
    ) throws(PostgresError) -> [Migration] {
        let newest = applied.keys.max() ?? 0
        var missing: [Migration] = []
        for migration in migrations {
            guard let known = applied[migration.number] else {
                guard migration.number > newest else {
                    throw PostgresError(
                        kind: .migration,
                        message: "\(migration.fileName) came after version \(newest) was applied: "
                            + "give it the next number",
                        activity: "comparing migrations")
                }
                missing.append(migration)
                continue
            }
            guard known.checksum == checksums[migration.number] else {
                throw PostgresError(
                    kind: .migration,
                    message: "\(migration.fileName) was changed after it was applied (as \(known.name)): "
                        + "restore the file and put the change into a new migration",
                    activity: "comparing migrations")
            }
        }
        return missing
    }
}

extension PostgresError {
    /// The same error, with what was being done at large before what was being done.
    fileprivate func during(_ larger: String) -> PostgresError {
        PostgresError(
            kind: kind, sqlstate: sqlstate, message: message, detail: detail, constraint: constraint,
            activity: "\(larger), \(activity)", statementIndex: statementIndex, outcomeUnknown: outcomeUnknown)
    }
}
