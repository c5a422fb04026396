/// The Redis keys of one shard. Their hash tag makes every script one Cluster slot's.
///
/// `prelude.lua` says what each of them holds.
package struct QueueKeys: Sendable, Hashable {
    /// The shard's name, which is the hash tag.
    package let shard: String

    package init(shard: String) { self.shard = shard }

    package func epoch() -> String { key("epoch") }
    package func counters() -> String { key("counters") }
    package func jobs() -> String { key("jobs") }
    package func active() -> String { key("active") }
    package func slots() -> String { key("slots") }
    package func parked() -> String { key("parked") }
    package func gates() -> String { key("gates") }
    package func reopen() -> String { key("reopen") }
    package func control() -> String { key("control") }
    package func workers() -> String { key("workers") }
    package func progress() -> String { key("progress") }

    package func ready(_ queue: String) -> String { key("ready", of: queue) }
    package func turns(_ queue: String) -> String { key("turns", of: queue) }
    package func waits(_ queue: String) -> String { key("waits", of: queue) }
    package func delayed(_ queue: String) -> String { key("delayed", of: queue) }
    package func leases(_ queue: String) -> String { key("leases", of: queue) }
    package func wake(_ queue: String) -> String { key("wake", of: queue) }

    /// What every script gets as KEYS, in the order that `prelude.lua` names them.
    func all(_ queues: [String]) -> [String] {
        let common = [
            epoch(), counters(), jobs(), active(), slots(), parked(), gates(), reopen(), control(), workers(),
            progress(),
        ]
        return common
            + queues.flatMap { [ready($0), turns($0), waits($0), delayed($0), leases($0), wake($0)] }
    }

    private func key(_ name: String) -> String { "postrider:{\(shard)}:\(name)" }

    private func key(_ name: String, of queue: String) -> String { "postrider:{\(shard)}:\(queue):\(name)" }
}
