import Postgres

extension Store {
    /// For how many seconds the account that waits longest has been due without a job; 0 where none waits.
    ///
    /// It reads the index of due accounts up to the first that has no job.
    package func dispatchLagSeconds() async throws(StoreError) -> Double {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT extract(epoch FROM now() - next_due_at)::float8 FROM account_dispatch
                     WHERE next_due_at <= now() AND (dispatched_until IS NULL OR dispatched_until <= now())
                     ORDER BY next_due_at LIMIT 1
                    """))
            return try rows.first.map { try $0.get(0) } ?? 0
        }
    }
}
