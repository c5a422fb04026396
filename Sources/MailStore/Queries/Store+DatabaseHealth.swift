import Postgres

extension Store {
    /// How the database server is. Costs a look at the files of the database, so every second at most.
    package func databaseHealth() async throws(StoreError) -> DatabaseHealth {
        try await withSession { session in
            let row = try session.query(
                Statement(
                    """
                    SELECT current_setting('server_version'), pg_database_size(current_database()),
                           (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL),
                           current_setting('max_connections')::int8,
                           coalesce((SELECT greatest(0, extract(epoch FROM now() - created_at))::float8
                                       FROM outbox ORDER BY id LIMIT 1), 0::float8)
                    """))[0]
            return DatabaseHealth(
                version: String(try row.get(0, as: String.self).prefix { $0 != " " }), size: try row.get(1),
                connections: try row.get(2), maxConnections: try row.get(3), outboxLagSeconds: try row.get(4))
        }
    }
}
