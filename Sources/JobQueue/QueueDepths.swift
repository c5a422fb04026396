/// How much there is of what, at one moment.
package struct QueueDepths: Sendable, Hashable {
    /// Jobs that could run now.
    package var ready = 0
    /// Jobs whose time has not come.
    package var delayed = 0
    /// Jobs that are running.
    package var active = 0
    /// Finishes refused since the shard's keys were made.
    package var staleFinishes = 0
    /// Jobs rescued from an expired lease, since then.
    package var expiredLeases = 0
    /// Jobs rescued that had no lease, since then.
    package var orphans = 0

    package init() {}
}
