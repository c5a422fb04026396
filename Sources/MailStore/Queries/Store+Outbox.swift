import MailModel
import Postgres

extension Store {
    /// Writes wake-ups that the relay hands to the queue.
    package func wake(_ wakeUps: [WakeUp]) async throws(StoreError) {
        guard !wakeUps.isEmpty else { return }
        var statement = Statement(
            """
            INSERT INTO outbox (queue, kind, resource, organization_id, gates, priority, not_before)
            SELECT queue, kind, resource, organization_id, coalesce(\(WakeUpQueries.gates("gates")), '{}'), priority,
                   not_before
              FROM unnest(\(WakeUpQueries.types(from: 1)))
                AS w (queue, kind, resource, organization_id, gates, priority, not_before)
            """)
        WakeUpQueries.bind(wakeUps, to: &statement)
        let insert = statement
        _ = try await withSession { try $0.execute(insert) }
    }

    /// Hands the oldest wake-ups to the queue and deletes them once it has them.
    ///
    /// Read, enqueued, then deleted by their ids, in three steps and no transaction: what fails on the way leaves the
    /// rows for the next relay. A wake-up that is enqueued twice, after a crash or by two relays at once, is harmless,
    /// since the wishes for one resource become one job.
    ///
    /// - Parameters:
    ///   - limit: rows a call.
    ///   - enqueue: returns once the queue holds every row; not called for none.
    /// - Returns: how many rows were read; the outbox is empty when they are fewer than `limit`.
    /// - Throws: what `enqueue` throws, and ``StoreError``.
    package func relayOutbox(limit: Int, _ enqueue: ([OutboxRow]) async throws -> Void) async throws -> Int {
        let rows = try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT id, queue, kind, resource, organization_id, gates, priority, not_before FROM outbox
                     ORDER BY id LIMIT $1
                    """, Int64(limit)
                )
            ).map { OutboxRow(id: try $0.get(0), wakeUp: try WakeUp($0, from: 1)) }
        }
        guard !rows.isEmpty else { return 0 }
        try await enqueue(rows)
        let ids = rows.map(\.id)
        _ = try await withSession { session in
            try session.execute(Statement("DELETE FROM outbox WHERE id = ANY ($1::int8[])", ids))
        }
        return rows.count
    }

    /// For how many seconds the oldest wake-up has waited; 0 where none waits.
    package func outboxLag() async throws(StoreError) -> Double {
        try await withSession { session in
            let rows = try session.query(
                Statement("SELECT extract(epoch FROM now() - created_at)::float8 FROM outbox ORDER BY id LIMIT 1"))
            return try rows.first.map { max(0, try $0.get(0, as: Double.self)) } ?? 0
        }
    }
}
