package import JobQueue
package import MailStore

extension GateSetting {
    /// Whether several shards have jobs behind it; those of an organization or an account are in one.
    package var isShared: Bool {
        !gate.hasPrefix("organization:") && !gate.hasPrefix("account:")
    }

    /// What one of several shards may let through: all of it for an organization's or an account's gate, which one shard
    /// has alone; an equal share for any other, to begin with.
    package func limit(in shards: Int) -> GateLimit {
        let parts = isShared ? shards : 1
        return GateLimit(
            slots: slots.map { $0 == 0 ? 0 : max(1, $0 / parts) }, rate: ratePerSecond.map { $0 / Double(parts) },
            burst: max(1, burst / parts))
    }
}
