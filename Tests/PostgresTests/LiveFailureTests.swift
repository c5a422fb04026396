import Dispatch
import Failure
import Postgres
import Testing

@Suite("Failures against a server", .enabled(if: LiveDatabase.isOffered, LiveDatabase.skipReason))
struct LiveFailureTests {
    /// Whether a statement like this runs on the pool's database.
    private func runs(_ pattern: String, _ pool: PostgresPool) async throws -> Bool {
        try await pool.value(
            Statement(
                """
                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE $1
                """, pattern), as: Int.self) > 0
    }

    private enum Way: CaseIterable {
        case single, pipeline, firstOfPipeline, transaction, script, copy
    }

    @Test("cancelling the task cancels its statement, and the connection answers again", arguments: Way.allCases)
    private func cancellation(way: Way) async throws {
        try await LiveDatabase.with(poolSize: 2) { pool in
            try await pool.script(
                """
                CREATE TABLE t (id int);
                CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$;
                CREATE TABLE slow (id int);
                CREATE TRIGGER nap BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION nap();
                """)
            let sleep = Statement("SELECT pg_sleep(60)")
            let insert = Statement("INSERT INTO t VALUES (1)")
            let task = Task {
                try await pool.withSession { session in
                    let pid = try session.query(Statement("SELECT pg_backend_pid()"))[0].get(0, as: Int.self)
                    var failure: PostgresError?
                    do throws(PostgresError) {
                        switch way {
                        case .single: _ = try session.query(sleep)
                        case .pipeline: try session.pipeline([insert, Statement("SELECT 1"), sleep, insert])
                        case .firstOfPipeline: try session.pipeline([sleep, insert])
                        case .transaction: try transaction(session, [insert, sleep, insert])
                        case .script: try session.script("INSERT INTO t VALUES (1); SELECT pg_sleep(60)")
                        case .copy:
                            var copy = CopyBuffer(table: "slow", columns: ["id"])
                            for _ in 0..<500_000 { copy.row { $0.append(Int32(1)) } }
                            try session.copyIn(copy)
                        }
                    } catch {
                        failure = error
                    }
                    // What comes after in the same closure is not even sent.
                    let later = #expect(throws: PostgresError.self) { try session.execute(insert) }
                    #expect(later?.kind == .cancelled && later?.sqlstate == nil)
                    return (pid, failure)
                }
            }
            let pattern = way == .copy ? "%COPY \"slow\"%" : "%pg_sleep(60)%"
            #expect(try await eventually { try await runs(pattern, pool) })
            task.cancel()
            let (pid, failure) = try await task.value
            #expect(failure?.kind == .cancelled && failure?.sqlstate == "57014")
            #expect(failure?.disposition == .cancelled && failure?.outcomeUnknown == false)
            #expect(try await !runs(pattern, pool))
            #expect(try await pool.value(Statement("SELECT count(*) FROM t"), as: Int.self) == 0)
            // The very connection that was cancelled serves again, by its backend's process id.
            let pids = try await withThrowingTaskGroup(of: Int.self) { group in
                let meeting = Meeting(2)
                for _ in 0..<2 {
                    group.addTask {
                        try await pool.withSession { session in
                            meeting.arrive()
                            return try session.query(Statement("SELECT pg_backend_pid()"))[0].get(0)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(pids.contains(pid))
        }
    }

    private func transaction(_ session: PostgresSession, _ statements: [Statement]) throws(PostgresError) {
        do {
            try session.transaction { try $0.pipeline(statements) }
        } catch let error as PostgresError {
            throw error
        } catch {
            Issue.record(error)
        }
    }

    /// Guard: `Connection.awaitAttempt`. Without it a request that is sent late cancels the next user's statement.
    @Test("a cancellation that comes at any moment never hits the statement after it")
    func stray() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            let short = (0..<20).map { Statement("SELECT $1::bigint", $0) } + [Statement("SELECT pg_sleep(0.002)")]
            for round in 0..<150 {
                let task = Task { try await pool.withSession { try $0.pipeline(short).count } }
                for _ in 0..<round * 20 { await Task.yield() }
                task.cancel()
                do {
                    #expect(try await task.value == short.count)
                } catch let error as PostgresError {
                    #expect(error.kind == .cancelled, "\(error)")
                }
                try await pool.withSession { _ = try $0.query(Statement("SELECT pg_sleep(0.002)")) }
            }
        }
    }

    @Test("a task that is cancelled while it waits for a connection leaves the queue at once")
    func cancelledWaiting() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            let (holding, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            async let holder: Void = pool.withSession { _ in
                holding.signal()
                release.wait()
            }
            await arrival(holding)
            let waiter = Task { try await pool.withSession { try $0.execute(Statement("SELECT 1")) } }
            waiter.cancel()
            // The connection is still held: only leaving the queue can end the wait.
            let error = try await postgresError { try await waiter.value }
            #expect(error.kind == .cancelled)
            release.signal()
            try await holder
        }
    }

    @Test("a connection killed amid a statement is told as lost, and the next call works")
    func killed() async throws {
        try await LiveDatabase.with(poolSize: 2) { pool in
            let task = Task { try await pool.withSession { try $0.query(Statement("SELECT pg_sleep(61)")).count } }
            #expect(try await eventually { try await runs("%pg_sleep(61)%", pool) })
            _ = try await pool.value(
                Statement("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(61)'"),
                as: Bool.self)
            let error = try await postgresError { try await task.value }
            #expect(error.kind == .connectionLost && error.disposition == .retryNow && error.sqlstate == "57P01")
            for _ in 0..<4 { #expect(try await pool.value(Statement("SELECT 1::bigint"), as: Int.self) == 1) }
        }
    }

    @Test("a connection lost amid COMMIT leaves the outcome unknown, and says so")
    func killedCommitting() async throws {
        try await LiveDatabase.with(poolSize: 2) { pool in
            try await pool.script(
                """
                CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_sleep(62); RETURN NULL; END $$;
                CREATE TABLE t (id int);
                CREATE CONSTRAINT TRIGGER nap AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION nap();
                """)
            let task = Task { try await pool.transaction { try $0.execute(Statement("INSERT INTO t VALUES (1)")) } }
            #expect(try await eventually { try await runs("COMMIT", pool) })
            try await pool.withSession {
                try $0.execute(
                    Statement(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = 'COMMIT'"
                    ))
            }
            let error = try await postgresError { try await task.value }
            #expect(error.kind == .connectionLost && error.outcomeUnknown)
            #expect("\(error)".contains("not known"))
        }
    }

    @Test("a connection killed while idle is replaced before anything is sent on it")
    func killedIdle() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            let pid = try await pool.value(Statement("SELECT pg_backend_pid()"), as: Int.self)
            let other = try PostgresPool(pool.configuration)
            _ = try await other.value(Statement("SELECT pg_terminate_backend($1::int, 5000)", pid), as: Bool.self)
            await other.close()
            #expect(try await pool.value(Statement("SELECT pg_backend_pid()"), as: Int.self) != pid)
        }
    }

    @Test("what a connection's first request held is let go of once it has run")
    func firstRequest() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            final class Held: Sendable {}
            weak var held: Held?
            func run() async throws {
                let fresh = Held()
                held = fresh
                try await pool.withSession { [fresh] session in
                    withExtendedLifetime(fresh) {}
                    _ = try session.query(Statement("SELECT 1"))
                }
            }
            try await run()
            // The thread goes to the next request only after it has let go of the one before.
            try await pool.withSession { _ = try $0.query(Statement("SELECT 1")) }
            #expect(held == nil)
        }
    }

    @Test("no more connections than the pool's size, whatever comes")
    func bound() async throws {
        try await LiveDatabase.with(poolSize: 3) { pool in
            let peak = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        try await pool.value(
                            Statement("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"))
                    }
                }
                return try await group.reduce(0) { max($0, $1) }
            }
            #expect(peak <= 3)
        }
    }

    /// Guard: `idle_in_transaction_session_timeout`. Without it the successor waits until its lock_timeout and fails.
    @Test("a writer that froze in its transaction is ended, and its successor gets the row")
    func frozenWriter() async throws {
        let settings = ["idle_in_transaction_session_timeout": "300ms", "lock_timeout": "5s"]
        try await LiveDatabase.with(poolSize: 2, settings: settings) { pool in
            try await pool.script("CREATE TABLE t (id int, owner text); INSERT INTO t VALUES (1, 'nobody')")
            let (locked, thaw) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let frozen = Task {
                try await pool.transaction { session in
                    try session.execute(Statement("UPDATE t SET owner = 'frozen'"))
                    locked.signal()
                    thaw.wait()
                    try session.execute(Statement("UPDATE t SET owner = 'thawed'"))
                }
            }
            await arrival(locked)
            try await pool.transaction { try $0.execute(Statement("UPDATE t SET owner = 'successor'")) }
            thaw.signal()
            let error = try await postgresError { try await frozen.value }
            #expect(error.kind == .connectionLost && error.sqlstate == "25P03")
            #expect(try await pool.value(Statement("SELECT owner FROM t"), as: String.self) == "successor")
        }
    }

    @Test("a closed pool lets what runs end, and refuses what waits and what comes")
    func closing() async throws {
        try await LiveDatabase.with(poolSize: 1) { pool in
            let (running, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            async let holder = pool.withSession { session in
                running.signal()
                release.wait()
                return try session.query(Statement("SELECT 5::bigint"))[0].get(0, as: Int.self)
            }
            await arrival(running)
            async let closed: Void = pool.close()
            let error = try await postgresError {
                while true { try await pool.withSession { _ in } }
            }
            #expect(error.kind == .poolClosed)
            release.signal()
            await closed
            #expect(try await holder == 5)
        }
    }
}

/// Awaits a semaphore without holding one of the Swift pool's threads.
private func arrival(_ semaphore: DispatchSemaphore) async {
    await withCheckedContinuation { continuation in
        DispatchQueue(label: "arrival").async {
            semaphore.wait()
            continuation.resume()
        }
    }
}

/// Holds threads until all have come, so that each has a connection of its own.
private final class Meeting: Sendable {
    private let group = DispatchGroup()

    init(_ count: Int) { for _ in 0..<count { group.enter() } }

    func arrive() {
        group.leave()
        group.wait()
    }
}
