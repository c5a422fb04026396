package import MailModel

/// How many accounts are in a state, and how old what they know is.
package struct AccountStateCount: Sendable, Hashable {
    package let state: AccountState
    package let count: Int
    /// Those whose last visit that went well is longer ago than twice their interval.
    package let stale: Int
    /// Seconds since the last visit that went well, of those that had one: the median, the 99th of a hundred, the worst.
    package let freshness: Freshness?

    package struct Freshness: Sendable, Hashable {
        package let median: Double
        package let p99: Double
        package let worst: Double
    }
}
