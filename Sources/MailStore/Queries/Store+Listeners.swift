import Postgres

extension Store {
    /// Says that a listener lives, and for how long others may believe it; forgets those that died.
    ///
    /// - Parameter name: the process's own, different from every other's.
    /// - Returns: all that live now, by name, itself among them.
    package func renewListener(_ name: String, host: String, holdSeconds: Double) async throws(StoreError)
        -> [LiveListener]
    {
        try await withSession { session in
            // Its own row first, and others only where nobody has them locked: so no two wait for each other.
            let rows = try session.pipeline([
                Statement(
                    """
                    INSERT INTO listeners AS l (name, host, started_at, renewed_at, held_until)
                    VALUES ($1, $2, now(), now(), now() + make_interval(secs => $3))
                        ON CONFLICT (name) DO UPDATE
                       SET host = excluded.host, renewed_at = excluded.renewed_at, held_until = excluded.held_until,
                           started_at = CASE WHEN l.held_until > now() THEN l.started_at ELSE excluded.started_at END
                    """, name, host, holdSeconds
                ),
                Statement(
                    """
                    DELETE FROM listeners WHERE name IN (
                        SELECT name FROM listeners WHERE held_until <= now() AND name <> $1 FOR UPDATE SKIP LOCKED)
                    """, name
                ),
                Self.liveListeners,
            ])
            return try rows[2].map { try LiveListener($0) }
        }
    }

    /// The listeners that live now, by name.
    package func listeners() async throws(StoreError) -> [LiveListener] {
        try await withSession { try $0.query(Self.liveListeners).map { try LiveListener($0) } }
    }

    /// Says that a listener lives no more, so that the others take its accounts at once.
    package func resignListener(_ name: String) async throws(StoreError) {
        _ = try await withSession { try $0.execute(Statement("DELETE FROM listeners WHERE name = $1", name)) }
    }

    private static let liveListeners = Statement(
        "SELECT name, host, started_at FROM listeners WHERE held_until > now() ORDER BY name COLLATE \"C\"")
}

extension LiveListener {
    init(_ row: PostgresRow) throws {
        self.init(name: try row.get(0), host: try row.get(1), startedAt: try row.moment(2))
    }
}
