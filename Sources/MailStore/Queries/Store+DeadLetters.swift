import MailModel
import Postgres

extension Store {
    private static let letterColumns = """
        id, queue, kind, resource, organization_id, gates, priority, error_code, error_text, attempts, first_failed_at,
        died_at, detail
        """
    /// ``DeadLetterFilter`` from parameter 1 on.
    private static let letterCondition = """
        ($1::text IS NULL OR queue = $1) AND ($2::text IS NULL OR kind = $2)
        AND ($3::uuid IS NULL OR organization_id = $3) AND ($4::text IS NULL OR error_code = $4)
        AND ($5::text IS NULL OR position(lower($5) IN lower(error_text)) > 0)
        AND ($6::uuid[] IS NULL OR id = ANY ($6))
        """

    /// Keeps a job that was given up, as the installation's own where its organization is gone. While its resource has a dead letter, burying it again changes that one's error
    /// and counts.
    ///
    /// - Returns: the dead letter's id.
    package func bury(_ job: DeadJob) async throws(StoreError) -> DeadLetterID {
        let statement = burial(of: job)
        return try await withSession { try $0.query(statement)[0].get(0) }
    }

    /// Like ``bury(_:)`` for the recurring job of an account, which it delays and never blocks: the account says why,
    /// keeps its state, and is due again. All in one transaction.
    ///
    /// - Parameter seconds: from now.
    package func bury(
        _ job: DeadJob, delaying key: AccountKey, seconds: Double
    ) async throws(StoreError) -> DeadLetterID {
        let statements = [
            burial(of: job),
            Statement(
                """
                UPDATE accounts SET error_code = $3, error_text = $4
                 WHERE organization_id = $1 AND id = $2 AND is_runnable(state)
                """, key.organizationID, key.accountID, job.problem.code, job.problem.text
            ),
            Statement(
                """
                UPDATE account_dispatch
                   SET next_due_at = now() + make_interval(secs => $3), dispatched_until = NULL, failures = failures + 1
                 WHERE organization_id = $1 AND account_id = $2 AND runnable
                """, key.organizationID, key.accountID, seconds
            ),
        ]
        return try await withSession { try $0.pipeline(statements)[0][0].get(0) }
    }

    private func burial(of job: DeadJob) -> Statement {
        let wakeUp = job.wakeUp
        let id: DeadLetterID = ids.make()
        return Statement(
            """
            INSERT INTO dead_letters AS d (\(Self.letterColumns))
            VALUES ($1, $2, $3, $4, (SELECT id FROM organizations WHERE id = $5), $6, $7, $8, $9, $10, $11, $12, $13)
                ON CONFLICT (resource) DO UPDATE
               SET error_code = excluded.error_code, error_text = excluded.error_text, died_at = excluded.died_at,
                   attempts = excluded.attempts, detail = excluded.detail,
                   first_failed_at = least(d.first_failed_at, excluded.first_failed_at)
            RETURNING id
            """, id, wakeUp.queue, wakeUp.kind, wakeUp.resource, wakeUp.organizationID, wakeUp.gates,
            Int16(clamping: wakeUp.priority), job.problem.code, job.problem.text, Int32(clamping: job.attempts),
            job.firstFailedAt.timestamp, job.diedAt.timestamp, job.detail)
    }

    /// Dead letters, newest first.
    ///
    /// - Parameter cursor: the last of the page before.
    package func deadLetters(
        _ filter: DeadLetterFilter = DeadLetterFilter(), after cursor: DeadLetterID? = nil, limit: Int
    ) async throws(StoreError) -> [DeadLetter] {
        let statement = Self.statement(
            """
            SELECT \(Self.letterColumns) FROM dead_letters
             WHERE \(Self.letterCondition) AND ($7::uuid IS NULL OR id < $7) ORDER BY id DESC LIMIT $8
            """, filter, cursor, Int64(limit))
        return try await withSession { try $0.query(statement).map { try DeadLetter($0) } }
    }

    /// The dead letter of a resource, which has one at most.
    package func deadLetter(of resource: String) async throws(StoreError) -> DeadLetter? {
        try await withSession { session in
            try session.query(
                Statement("SELECT \(Self.letterColumns) FROM dead_letters WHERE resource = $1", resource)
            ).first.map { try DeadLetter($0) }
        }
    }

    /// How many dead letters there are, for whoever may know no more of them.
    package func deadLetterTotal() async throws(StoreError) -> Int {
        try await withSession { try $0.query(Statement("SELECT count(id) FROM dead_letters"))[0].get(0, as: Int.self) }
    }

    /// How many dead letters match.
    package func deadLetterCount(_ filter: DeadLetterFilter = DeadLetterFilter()) async throws(StoreError) -> Int {
        let statement = Self.statement(
            "SELECT count(*) FROM dead_letters WHERE \(Self.letterCondition) AND $7::uuid IS NULL AND $8::int8 > 0",
            filter,
            nil, 1)
        return try await withSession { try $0.query(statement)[0].get(0, as: Int.self) }
    }

    /// Dead letters by their error, the most frequent first.
    package func deadLetterGroups(
        _ filter: DeadLetterFilter = DeadLetterFilter(), limit: Int = 100
    ) async throws(StoreError) -> [DeadLetterGroup] {
        let statement = Self.statement(
            """
            SELECT queue, kind, error_code, max(error_text), count(*), min(first_failed_at), max(died_at)
              FROM dead_letters WHERE \(Self.letterCondition) AND $7::uuid IS NULL
             GROUP BY queue, kind, error_code ORDER BY count(*) DESC, queue, kind, error_code LIMIT $8
            """, filter, nil, Int64(limit))
        return try await withSession { session in
            try session.query(statement).map { row in
                DeadLetterGroup(
                    queue: try row.get(0), kind: try row.get(1), errorCode: try row.get(2), errorText: try row.get(3),
                    count: try row.get(4), firstFailedAt: try row.moment(5), lastDiedAt: try row.moment(6))
            }
        }
    }

    /// One dead letter with the runs of its resource, newest first.
    ///
    /// - Parameter runs: how many runs at most.
    package func deadLetter(_ id: DeadLetterID, runs: Int = 100) async throws(StoreError) -> (DeadLetter, [JobRun]) {
        let found = try await withSession { session in
            try session.query(
                Statement("SELECT \(Self.letterColumns) FROM dead_letters WHERE id = $1", id)
            ).first.map { try DeadLetter($0) }
        }
        guard let found else { throw .notFound(kind: "dead letter", id: id.description) }
        return (found, try await jobRuns(of: found.job.wakeUp.resource, limit: runs))
    }

    /// Takes dead letters away and wakes their jobs, both in one statement, oldest first.
    ///
    /// - Parameter limit: letters a call; fewer came back where no more match.
    /// - Returns: what was woken; the outbox holds it.
    package func retryDeadLetters(_ filter: DeadLetterFilter, limit: Int) async throws(StoreError) -> [WakeUp] {
        let statement = Self.statement(
            """
            WITH \(Self.takenLetters), woken AS (
                INSERT INTO outbox (queue, kind, resource, organization_id, gates, priority)
                SELECT queue, kind, resource, organization_id, gates, priority FROM taken
            )
            SELECT queue, kind, resource, organization_id, gates, priority, NULL::timestamptz FROM taken ORDER BY id
            """, filter, nil, Int64(limit))
        return try await withSession { try $0.query(statement).map { try WakeUp($0, from: 0) } }
    }

    /// Forgets dead letters, oldest first; returns how many.
    ///
    /// - Parameter limit: letters a call.
    package func deleteDeadLetters(_ filter: DeadLetterFilter, limit: Int) async throws(StoreError) -> Int {
        let statement = Self.statement(
            "WITH \(Self.takenLetters) SELECT count(*) FROM taken", filter, nil, Int64(limit))
        return try await withSession { try $0.query(statement)[0].get(0, as: Int.self) }
    }

    /// Of two operators at once, each letter goes to one.
    private static let takenLetters = """
        taken AS (
            DELETE FROM dead_letters WHERE id IN (
                SELECT id FROM dead_letters WHERE \(letterCondition) AND $7::uuid IS NULL
                 ORDER BY id LIMIT $8 FOR UPDATE SKIP LOCKED)
            RETURNING *
        )
        """

    private static func statement(
        _ sql: String, _ filter: DeadLetterFilter, _ cursor: DeadLetterID?, _ limit: Int64
    ) -> Statement {
        Statement(
            sql, filter.queue, filter.kind, filter.organizationID, filter.errorCode, filter.text,
            filter.ids?.map(\.uuid), cursor, limit)
    }
}

extension DeadLetter {
    init(_ row: PostgresRow) throws {
        self.init(
            id: try row.get(0),
            job: DeadJob(
                wakeUp: WakeUp(
                    queue: try row.get(1), kind: try row.get(2), resource: try row.get(3),
                    organizationID: try row.getOptional(4), gates: try row.get(5),
                    priority: Int(try row.get(6, as: Int16.self))),
                problem: AccountProblem(code: try row.get(7), text: try row.get(8)),
                attempts: Int(try row.get(9, as: Int32.self)), firstFailedAt: try row.moment(10),
                diedAt: try row.moment(11), detail: try row.get(12)))
    }
}
