import Postgres

// What operators set for the queue, which Redis may lose.
extension Store {
    /// The limits of gates, by name.
    package func gateSettings() async throws(StoreError) -> [GateSetting] {
        try await withSession { session in
            try session.query(
                Statement("SELECT gate, slots, rate_per_second, burst, connections FROM gate_limits ORDER BY gate")
            )
            .map { row in
                GateSetting(
                    gate: try row.get(0), slots: try row.getOptional(1, as: Int32.self).map(Int.init),
                    ratePerSecond: try row.getOptional(2), burst: Int(try row.get(3, as: Int32.self)),
                    connections: try row.getOptional(4, as: Int32.self).map(Int.init))
            }
        }
    }

    /// Keeps a gate's limits; one without any is taken away.
    package func keep(_ setting: GateSetting) async throws(StoreError) {
        let statement =
            setting.slots == nil && setting.ratePerSecond == nil && setting.connections == nil
            ? Statement("DELETE FROM gate_limits WHERE gate = $1", setting.gate)
            : Statement(
                """
                INSERT INTO gate_limits (gate, slots, rate_per_second, burst, connections) VALUES ($1, $2, $3, $4, $5)
                    ON CONFLICT (gate) DO UPDATE
                   SET slots = excluded.slots, rate_per_second = excluded.rate_per_second, burst = excluded.burst,
                       connections = excluded.connections, updated_at = now()
                """, setting.gate, setting.slots.map { Int32(clamping: $0) }, setting.ratePerSecond,
                Int32(clamping: max(1, setting.burst)), setting.connections.map { Int32(clamping: $0) })
        _ = try await withSession { try $0.execute(statement) }
    }

    /// Queues that are paused or draining.
    package func queueControls() async throws(StoreError) -> [String: QueueControl] {
        try await withSession { session in
            let rows = try session.query(Statement("SELECT queue, control FROM queue_controls"))
            return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.get(0), try $0.known(1)) })
        }
    }

    /// Keeps what was done to a queue; `nil` lets it go on.
    package func keep(_ control: QueueControl?, of queue: String) async throws(StoreError) {
        let statement =
            control.map {
                Statement(
                    """
                    INSERT INTO queue_controls (queue, control) VALUES ($1, $2)
                        ON CONFLICT (queue) DO UPDATE SET control = excluded.control, updated_at = now()
                    """, queue, $0.rawValue)
            } ?? Statement("DELETE FROM queue_controls WHERE queue = $1", queue)
        _ = try await withSession { try $0.execute(statement) }
    }
}
