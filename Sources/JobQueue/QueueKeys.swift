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
    package func ready() -> String { key("ready") }
    package func turns() -> String { key("turns") }
    package func delayed() -> String { key("delayed") }
    package func active() -> String { key("active") }
    package func leases() -> String { key("leases") }
    package func wake() -> String { key("wake") }

    /// What every script gets as KEYS, in the order that `prelude.lua` names them.
    func all() -> [String] {
        [epoch(), counters(), jobs(), ready(), turns(), delayed(), active(), leases(), wake()]
    }

    private func key(_ name: String) -> String { "postrider:{\(shard)}:\(name)" }
}
