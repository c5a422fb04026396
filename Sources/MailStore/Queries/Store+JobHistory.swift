import Foundation
package import MailModel
import Postgres

extension Store {
    /// Whose the installation's own tasks are in job_history and audit_log.
    static let installation = OrganizationID(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))

    /// Adds runs to the history, all in one statement; not those of accounts that were removed meanwhile, of which
    /// nothing is kept.
    package func append(_ runs: [JobRun]) async throws(StoreError) {
        guard !runs.isEmpty else { return }
        func moment(_ milliseconds: Int64) -> PostgresTimestamp {
            PostgresTimestamp(epochMicroseconds: milliseconds.multipliedReportingOverflow(by: 1000).partialValue)
        }
        var statement = Statement(
            """
            INSERT INTO job_history (organization_id, account_id, id, queue, kind, resource, outcome, error_code, error_text,
                                     attempt, worker, messages, bytes, started_at, finished_at)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
                                 $8::text[], $9::text[], $10::int4[], $11::text[], $12::int8[], $13::int8[],
                                 $14::timestamptz[], $15::timestamptz[]) AS u (organization_id, account_id)
             WHERE u.account_id IS NULL
                OR EXISTS (SELECT FROM accounts a WHERE a.organization_id = u.organization_id AND a.id = u.account_id)
            """)
        statement.bind(runs.map { ($0.organizationID ?? Self.installation).uuid })
        statement.bind(runs.map { $0.accountID?.uuid })
        statement.bind(runs.map { $0.id?.uuid ?? ids.uuid() })
        statement.bind(runs.map(\.queue))
        statement.bind(runs.map(\.kind))
        statement.bind(runs.map(\.resource))
        statement.bind(runs.map(\.outcome))
        statement.bind(runs.map { $0.problem?.code })
        statement.bind(runs.map { $0.problem?.text })
        statement.bind(runs.map { Int32(clamping: $0.attempt) })
        statement.bind(runs.map(\.worker))
        statement.bind(runs.map(\.messages))
        statement.bind(runs.map(\.bytes))
        statement.bind(runs.map { moment($0.startedAt) })
        statement.bind(runs.map { moment($0.finishedAt) })
        let insert = statement
        _ = try await withSession { try $0.execute(insert) }
    }

    /// The runs of a resource, newest first: the timeline of its attempts.
    package func jobRuns(of resource: String, limit: Int) async throws(StoreError) -> [JobRun] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT \(Self.runColumns)
                      FROM job_history h WHERE h.resource = $1 ORDER BY h.started_at DESC, h.id DESC LIMIT $2
                    """, resource, Int64(limit)
                )
            ).map { try JobRun($0) }
        }
    }

    static let runColumns = """
        h.organization_id, h.account_id, h.queue, h.kind, h.resource, h.outcome, h.error_code, h.error_text, h.attempt,
        h.worker, h.messages, h.bytes, (extract(epoch FROM h.started_at) * 1000)::int8,
        (extract(epoch FROM h.finished_at) * 1000)::int8, h.id
        """

    /// Adds counts to the minutes, all in one statement. Rows are taken in the order of their keys, so that no two
    /// processes wait for each other.
    package func add(_ minutes: [JobMinute]) async throws(StoreError) {
        guard !minutes.isEmpty else { return }
        let statement = Statement(
            """
            INSERT INTO job_minutes AS m (minute, queue, kind, outcome, count, total_ms, max_ms)
            SELECT date_trunc('minute', minute, 'UTC'), queue, kind, outcome, sum(count), sum(total_ms), max(max_ms)
              FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::int8[], $6::int8[], $7::int8[])
                AS u (minute, queue, kind, outcome, count, total_ms, max_ms)
             GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
                ON CONFLICT (minute, queue, kind, outcome) DO UPDATE
               SET count = m.count + excluded.count, total_ms = m.total_ms + excluded.total_ms,
                   max_ms = greatest(m.max_ms, excluded.max_ms)
            """, minutes.map(\.minute.timestamp), minutes.map(\.queue), minutes.map(\.kind), minutes.map(\.outcome),
            minutes.map(\.count), minutes.map(\.totalMilliseconds), minutes.map(\.maxMilliseconds))
        _ = try await withSession { try $0.execute(statement) }
    }

    /// The counts from a moment on, oldest first.
    package func jobMinutes(since moment: EpochSeconds) async throws(StoreError) -> [JobMinute] {
        try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT minute, queue, kind, outcome, count, total_ms, max_ms FROM job_minutes
                     WHERE minute >= $1 ORDER BY minute, queue, kind, outcome
                    """, moment.timestamp
                )
            ).map { row in
                JobMinute(
                    minute: try row.moment(0), queue: try row.get(1), kind: try row.get(2), outcome: try row.get(3),
                    count: try row.get(4), totalMilliseconds: try row.get(5), maxMilliseconds: try row.get(6))
            }
        }
    }

    /// Deletes the minutes before a moment; returns how many rows.
    package func pruneJobMinutes(before moment: EpochSeconds) async throws(StoreError) -> Int {
        try await withSession {
            try $0.execute(Statement("DELETE FROM job_minutes WHERE minute < $1", moment.timestamp))
        }
    }
}

extension JobRun {
    /// Rows that an older release wrote have no queue, resource, attempt or worker.
    init(_ row: PostgresRow) throws {
        let organization: OrganizationID = try row.get(0)
        let code: String? = try row.getOptional(6)
        let text: String? = try row.getOptional(7)
        self.init(
            organizationID: organization == Store.installation ? nil : organization, accountID: try row.getOptional(1),
            queue: try row.getOptional(2) ?? "", kind: try row.get(3), resource: try row.getOptional(4) ?? "",
            outcome: try row.get(5), problem: code.map { AccountProblem(code: $0, text: text ?? "") },
            attempt: Int(try row.getOptional(8, as: Int32.self) ?? 1), worker: try row.getOptional(9) ?? "",
            messages: try row.get(10), bytes: try row.get(11), startedAt: try row.get(12), finishedAt: try row.get(13),
            id: try row.get(14))
    }
}
