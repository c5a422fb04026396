import MailModel
import Postgres

// Permits for connections to mail servers, counted over all processes (0007_connections.sql).
extension Store {
    /// Takes a permit for a connection.
    ///
    /// - Parameters:
    ///   - asked: with an id made by the caller, so that it can be given back whatever becomes of this call; it stays only
    ///     if too many don't.
    ///   - holder: a process's name that is renewed (``renewConnections(of:holdSeconds:)``).
    ///   - usual: how many an account may have where no operator has said.
    /// - Throws: ``ConnectionRefusal``, and ``StoreError``.
    package func takeConnection(
        _ asked: ConnectionPermit, holder: String, usual: Int
    ) async throws -> ConnectionPermit {
        let answer = try await withSession { session in
            try session.query(
                Statement(
                    "SELECT take_connection($1, $2, $3, $4, $5, $6, $7)", asked.id, holder,
                    asked.account.organizationID, asked.account.accountID, asked.hostGate, asked.stays,
                    Int32(clamping: usual)))[0].get(0, as: String.self)
        }
        switch answer {
        case "holder": throw ConnectionRefusal.holderWasSilent
        case "account": throw ConnectionRefusal.accountHasAll
        case "host": throw ConnectionRefusal.hostHasAll(gate: asked.hostGate)
        case let kind:
            return ConnectionPermit(
                id: asked.id, account: asked.account, hostGate: asked.hostGate, stays: kind == "stays")
        }
    }

    /// Gives permits back.
    package func giveBackConnections(_ permits: [ConnectionPermit]) async throws(StoreError) {
        guard !permits.isEmpty else { return }
        _ = try await withSession { session in
            try session.execute(
                Statement(
                    """
                    DELETE FROM connection_permits WHERE (organization_id, account_id, id) IN
                        (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]))
                    """, permits.map(\.account.organizationID.uuid), permits.map(\.account.accountID.uuid),
                    permits.map(\.id)))
        }
    }

    /// Says that a holder lives, and takes the permits of those that died away.
    ///
    /// - Returns: whether it was known; otherwise what it holds must be said again (``restoreConnections(_:of:)``).
    package func renewConnections(of holder: String, holdSeconds: Double) async throws(StoreError) -> Bool {
        try await withSession { session in
            // Its own row first, and others only where nobody has them locked: so no two wait for each other.
            let rows = try session.pipeline([
                Statement(
                    """
                    INSERT INTO connection_holders AS h (name, held_until)
                    VALUES ($1, now() + make_interval(secs => $2))
                        ON CONFLICT (name) DO UPDATE SET held_until = excluded.held_until
                    RETURNING xmax <> 0
                    """, holder, holdSeconds
                ),
                Statement(
                    """
                    DELETE FROM connection_holders WHERE name IN (
                        SELECT name FROM connection_holders WHERE held_until <= now() AND name <> $1
                           FOR UPDATE SKIP LOCKED)
                    """, holder
                ),
            ])
            return try rows[0][0].get(0, as: Bool.self)
        }
    }

    /// Says what a holder has that was taken for dead. Its connections are open, whatever the limits say.
    package func restoreConnections(_ permits: [ConnectionPermit], of holder: String) async throws(StoreError) {
        guard !permits.isEmpty else { return }
        _ = try await withSession { session in
            try session.execute(
                Statement(
                    """
                    INSERT INTO connection_permits (id, holder, organization_id, account_id, host_gate, stays)
                    SELECT u.id, $1, u.organization, u.account, u.gate, u.stays
                      FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::bool[])
                        AS u (id, organization, account, gate, stays)
                     WHERE EXISTS (SELECT FROM accounts a WHERE a.organization_id = u.organization AND a.id = u.account)
                        ON CONFLICT DO NOTHING
                    """, holder, permits.map(\.id), permits.map(\.account.organizationID.uuid),
                    permits.map(\.account.accountID.uuid), permits.map(\.hostGate), permits.map(\.stays)))
        }
    }

    /// How many connections are open now, by the gates of hosts.
    package func openConnections() async throws(StoreError) -> [String: Int] {
        try await withSession { session in
            let rows = try session.query(
                Statement(
                    """
                    SELECT p.host_gate, count(*) FROM connection_permits p
                      JOIN connection_holders h ON h.name = p.holder AND h.held_until > now() GROUP BY p.host_gate
                    """))
            return Dictionary(
                uniqueKeysWithValues: try rows.map { (try $0.get(0), Int(try $0.get(1, as: Int64.self))) })
        }
    }
}
