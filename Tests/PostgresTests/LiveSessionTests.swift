import Failure
import Foundation
import Postgres
import Testing

@Suite("Sessions against a server", .enabled(if: LiveDatabase.isOffered, LiveDatabase.skipReason))
struct LiveSessionTests {
    @Test("an error amid a pipeline names its statement, undoes the pipeline, and leaves the connection usable")
    func pipelineError() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            try await pool.script("CREATE TABLE t (id int PRIMARY KEY)")
            try await pool.withSession { session in
                let insert = "INSERT INTO t VALUES ($1)"
                let error = #expect(throws: PostgresError.self) {
                    try session.pipeline([
                        Statement(insert, Int32(1)), Statement(insert, Int32(2)), Statement(insert, Int32(1)),
                        Statement("SELECT count(*) FROM t"),
                    ])
                }
                #expect(error?.statementIndex == 2)
                #expect(error?.kind == .uniqueViolation)
                #expect(error?.constraint == "t_pkey")
                #expect(error?.outcomeUnknown == false)
                let rows = try session.pipeline([
                    Statement(insert, Int32(1)), Statement("SELECT count(*) FROM t"), Statement("SELECT 'x'::text"),
                ])
                #expect(rows[0].affected == 1)
                #expect(try rows[1][0].get(0, as: Int.self) == 1)
                #expect(try rows[2][0].get(0, as: String.self) == "x")
            }
        }
    }

    @Test("a syntax error, a missing table and a refused cast are told apart, and values stay untold")
    func classification() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            let cases: [(Statement, PostgresError.Kind)] = [
                (Statement("SELEC 1"), .syntax), (Statement("SELECT * FROM absent"), .notMigrated),
                (Statement("SELECT $1::text::uuid", "anna@example.org"), .invalidValue),
            ]
            for (statement, kind) in cases {
                let error = try await postgresError { try await pool.withSession { try $0.query(statement) } }
                #expect(error.kind == kind)
                #expect(!"\(error)".contains("anna"))
            }
        }
    }

    @Test("a throw rolls back and comes through as it was")
    func rollback() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            try await pool.script("CREATE TABLE t (id int)")
            await #expect(throws: Missing.self) {
                try await pool.transaction { session in
                    try session.execute(Statement("INSERT INTO t VALUES (1)"))
                    throw Missing()
                }
            }
            #expect(try await pool.value(Statement("SELECT count(*) FROM t"), as: Int.self) == 0)
        }
    }

    @Test("a transaction that sent nothing costs nothing; one that only has a fence runs it")
    func emptyTransaction() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            try await pool.script("CREATE TABLE t (id int)")
            try await pool.transaction { _ in }
            try await pool.transaction(fence: [Statement("INSERT INTO t VALUES (1)")]) { _ in }
            #expect(try await pool.value(Statement("SELECT count(*) FROM t"), as: Int.self) == 1)
        }
    }

    /// Guard: the look at COMMIT's answer in `Connection.receive`. Without it the lost row counts as committed.
    @Test("a failure swallowed inside a transaction can't pass for a commit")
    func swallowedFailure() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            try await pool.script("CREATE TABLE t (id int)")
            let error = try await postgresError {
                try await pool.transaction { session in
                    try session.execute(Statement("INSERT INTO t VALUES (1)"))
                    #expect(throws: PostgresError.self) { try session.query(Statement("SELECT 1/0")) }
                }
            }
            #expect(error.kind == .transactionAborted)
            #expect(try await pool.value(Statement("SELECT count(*) FROM t"), as: Int.self) == 0)
        }
    }

    @Test("a transaction within a transaction, or left open, is misuse and is rolled back")
    func misuse() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            try await pool.script("CREATE TABLE t (id int)")
            let nested = try await postgresError {
                try await pool.transaction { session in
                    try session.execute(Statement("INSERT INTO t VALUES (1)"))
                    try session.transaction { _ in }
                }
            }
            #expect(nested.kind == .misuse)
            let open = try await postgresError {
                try await pool.withSession { try $0.script("BEGIN; INSERT INTO t VALUES (1)") }
            }
            #expect(open.kind == .misuse)
            #expect(try await pool.value(Statement("SELECT count(*) FROM t"), as: Int.self) == 0)
        }
    }

    /// Guard: the fence of `transaction(fence:)`. Without it (`let statements = last` in `commit(fence:)`) the stale
    /// writer's row is there.
    @Test("a fence that raises rolls all back and says why")
    func fence() async throws {
        try await LiveDatabase.with { pool in
            try await pool.script(
                """
                CREATE TABLE t (id int);
                CREATE FUNCTION fence(token bigint) RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                    IF token <> 7 THEN RAISE EXCEPTION 'stale lease token' USING ERRCODE = 'PR001'; END IF;
                END $$;
                """)
            let error = try await postgresError {
                try await pool.transaction(fence: [Statement("SELECT fence($1)", 6)]) { session in
                    try session.execute(Statement("INSERT INTO t VALUES (1)"))
                    var copy = CopyBuffer(table: "t", columns: ["id"])
                    copy.row { $0.append(Int32(2)) }
                    try session.copyIn(copy)
                    try session.atCommit([Statement("INSERT INTO t VALUES (3)")])
                }
            }
            #expect(error.kind == .raised && error.sqlstate == "PR001" && error.message == "stale lease token")
            #expect(error.statementIndex == 1)
            #expect(try await pool.value(Statement("SELECT count(*) FROM t"), as: Int.self) == 0)
            try await pool.transaction(fence: [Statement("SELECT fence($1)", 7)]) { session in
                try session.execute(Statement("INSERT INTO t VALUES (1)"))
                try session.atCommit([Statement("INSERT INTO t VALUES (3)")])
            }
            #expect(try await pool.value(Statement("SELECT count(*) FROM t"), as: Int.self) == 2)
        }
    }

    @Test("a COPY that the server refuses leaves the connection usable", arguments: [false, true])
    func copyError(inTransaction: Bool) async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            try await pool.script("CREATE TABLE t (id int PRIMARY KEY)")
            let body: @Sendable (PostgresSession) throws -> Void = { session in
                var copy = CopyBuffer(table: "t", columns: ["id"])
                for _ in 0..<2 { copy.row { $0.append(Int32(1)) } }
                try session.copyIn(copy)
            }
            let error = try await postgresError {
                if inTransaction { try await pool.transaction(body) } else { try await pool.withSession(body) }
            }
            #expect(error.kind == .uniqueViolation)
            let absent = try await postgresError {
                try await pool.withSession { session in
                    var copy = CopyBuffer(table: "absent", columns: ["id"])
                    copy.row { $0.append(Int32(1)) }
                    try session.copyIn(copy)
                }
            }
            #expect(absent.kind == .notMigrated)
            #expect(try await pool.value(Statement("SELECT count(*) FROM t"), as: Int.self) == 0)
        }
    }

    @Test("a change of schema under a prepared statement goes unnoticed")
    func stalePlan() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            try await pool.script("CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
            let select = Statement("SELECT * FROM t")
            #expect(try await pool.withSession { try $0.query(select).columnCount } == 1)
            try await pool.script("ALTER TABLE t ADD COLUMN name text")
            #expect(try await pool.withSession { try $0.query(select).columnCount } == 2)
            try await pool.script("ALTER TABLE t ADD COLUMN more text")
            #expect(try await pool.transaction { try $0.query(select).columnCount } == 3)
            try await pool.script("DEALLOCATE ALL")
            #expect(try await pool.transaction { try $0.query(select).columnCount } == 3)
        }
    }

    @Test("within a transaction a stale plan fails with a retry, which succeeds")
    func stalePlanLate() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            try await pool.script("CREATE TABLE t (id int)")
            let select = Statement("SELECT * FROM t")
            _ = try await pool.withSession { try $0.query(select) }
            try await pool.script("ALTER TABLE t ADD COLUMN name text")
            let body: @Sendable (PostgresSession) throws -> Int = { session in
                try session.execute(Statement("SELECT 1"))
                return try session.query(select).columnCount
            }
            let error = try await postgresError { try await pool.transaction(body) }
            #expect(error.kind == .stalePlan && error.disposition == .retryNow)
            #expect(try await pool.transaction(body) == 2)
        }
    }

    @Test("more statements than the cache holds are all answered, and the server keeps no more than it holds")
    func manyStatements() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            try await pool.withSession { session in
                for round in 0..<2 {
                    for number in stride(from: 0, to: 600, by: 40) {
                        let statements = (number..<number + 40).map { Statement("SELECT $1 + \($0)", round) }
                        let rows = try session.pipeline(statements)
                        let answers = try rows.map { try $0[0].get(0, as: Int.self) }
                        #expect(answers == (number..<number + 40).map { $0 + round })
                    }
                }
                let kept = try session.query(Statement("SELECT count(*) FROM pg_prepared_statements"))[0]
                #expect(try kept.get(0, as: Int.self) <= 257)
            }
        }
    }

    @Test("a role and settings hold on every connection; one that the server refuses says so")
    func settings() async throws {
        try await LiveDatabase.with { pool in
            let role = "role_" + UUID().uuidString.lowercased().replacing("-", with: "")
            try await pool.script("CREATE ROLE \(role)")
            var configuration = pool.configuration
            configuration.role = role
            let limited = try PostgresPool(configuration)
            let row = try await limited.withSession { session in
                try session.query(
                    Statement(
                        """
                        SELECT current_user::text, current_setting('lock_timeout'), current_setting('application_name')
                        """)
                )[0]
            }
            #expect(try row.get(0, as: String.self) == role)
            #expect(try row.get(1, as: String.self) == "2s")
            #expect(try row.get(2, as: String.self) == "postrider")
            await limited.close()
            try await pool.script("DROP ROLE \(role)")
            let refused = try PostgresPool(configuration)
            let error = try await postgresError { try await refused.withSession { _ in } }
            #expect(error.activity == "making a connection's settings")
            await refused.close()
        }
    }

    @Test("a refused login, an absent database and an absent server are told apart")
    func unreachable() async throws {
        let cases: [(String, PostgresError.Kind)] = [
            (try LiveDatabase.url(database: "absent_database"), .configuration),
            ("postgres://nobody_at_all@" + (try hostAndPort()) + "/postgres", .authentication),
            ("postgres://127.0.0.1:1/postgres", .unreachable),
        ]
        for (url, kind) in cases {
            let pool = try PostgresPool(PostgresConfiguration(url: url, poolSize: 1))
            let error = try await postgresError { try await pool.withSession { _ in } }
            #expect(error.kind == kind, "\(error)")
            await pool.close()
        }
    }

    private func hostAndPort() throws -> String {
        let components = try #require(URLComponents(string: LiveDatabase.url()))
        return "\(components.host ?? "127.0.0.1"):\(components.port ?? 5432)"
    }
}
