import Postgres

extension Store {
    /// Takes or keeps the lead among schedulers for some seconds. Leading saves the others work; it is no lock, since
    /// whoever was frozen beyond its hold still believes that it leads.
    ///
    /// - Parameter name: the process's own, different from every other's.
    /// - Returns: whether it leads.
    package func tryLead(_ name: String, holdSeconds: Double) async throws(StoreError) -> Bool {
        try await withSession { session in
            try session.execute(
                Statement(
                    """
                    INSERT INTO scheduler_leader AS l (name, since, renewed_at, held_until)
                    VALUES ($1, now(), now(), now() + make_interval(secs => $2))
                        ON CONFLICT (only_one) DO UPDATE
                       SET name = $1, since = CASE WHEN l.name = $1 THEN l.since ELSE now() END, renewed_at = now(),
                           held_until = excluded.held_until
                     WHERE l.name = $1 OR l.held_until <= now()
                    """, name, holdSeconds
                )) == 1
        }
    }

    /// Gives the lead up, so that another takes it at once; nothing where another leads.
    package func resignLead(_ name: String) async throws(StoreError) {
        _ = try await withSession { try $0.execute(Statement("DELETE FROM scheduler_leader WHERE name = $1", name)) }
    }

    /// Who leads, or led last; `nil` where nobody did or the last one resigned.
    package func leader() async throws(StoreError) -> SchedulerLeader? {
        try await withSession { session in
            try session.query(
                Statement("SELECT name, since, renewed_at, held_until > now() FROM scheduler_leader")
            ).first.map { row in
                SchedulerLeader(
                    name: try row.get(0), since: try row.moment(1), renewedAt: try row.moment(2), isHeld: try row.get(3)
                )
            }
        }
    }
}
