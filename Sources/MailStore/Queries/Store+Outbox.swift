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
    ///   - cursor: what the call before returned.
    ///   - isWanted: whether the queue can take a wake-up now; the others' rows stay.
    ///   - enqueue: returns once the queue holds every row that it is given; not called for none.
    /// - Returns: where the next call goes on; nil at the outbox's end.
    /// - Throws: what `enqueue` throws, and ``StoreError``.
    package func relayOutbox(
        limit: Int, after cursor: Int64? = nil, where isWanted: (WakeUp) -> Bool = { _ in true },
        _ enqueue: ([OutboxRow]) async throws -> Void
    ) async throws -> Int64? {
        let rows = try await withSession { session in
            try session.query(
                Statement(
                    """
                    SELECT id, queue, kind, resource, organization_id, gates, priority, not_before FROM outbox
                     WHERE id > $1 ORDER BY id LIMIT $2
                    """, cursor ?? 0, Int64(limit)
                )
            ).map { OutboxRow(id: try $0.get(0), wakeUp: try WakeUp($0, from: 1)) }
        }
        let wanted = rows.filter { isWanted($0.wakeUp) }
        if !wanted.isEmpty {
            try await enqueue(wanted)
            let ids = wanted.map(\.id)
            _ = try await withSession { session in
                try session.execute(Statement("DELETE FROM outbox WHERE id = ANY ($1::int8[])", ids))
            }
        }
        return rows.count == limit ? rows.last?.id : nil
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
