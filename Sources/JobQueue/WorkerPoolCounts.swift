/// What a worker pool has done since its start.
package struct WorkerPoolCounts: Sendable, Hashable {
    /// Jobs claimed.
    package var claimed = 0
    /// Runs whose finish Redis took.
    package var finished = 0
    /// Runs whose finish Redis refused because their token was stale.
    package var refused = 0
    /// Runs whose lease was lost while they ran.
    package var lost = 0
    /// Jobs given back unfinished at a stop.
    package var givenBack = 0
    /// Finishes that could not be sent before the lease ended; the reaper takes over.
    package var unsent = 0

    package init() {}
}
