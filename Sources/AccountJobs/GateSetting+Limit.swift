package import JobQueue
package import MailStore

extension GateSetting {
    /// What one of several shards may let through: all of it for an organization's or an account's gate, which one shard
    /// has alone; an equal share for any other.
    package func limit(in shards: Int) -> GateLimit {
        let isWhole = shards == 1 || gate.hasPrefix("organization:") || gate.hasPrefix("account:")
        let parts = isWhole ? 1 : shards
        return GateLimit(
            slots: slots.map { $0 == 0 ? 0 : max(1, $0 / parts) }, rate: ratePerSecond.map { $0 / Double(parts) },
            burst: max(1, burst / parts))
    }
}
