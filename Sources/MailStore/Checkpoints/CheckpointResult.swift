/// What a checkpoint has written.
package struct CheckpointResult: Sendable, Hashable {
    /// Messages stored for the first time; the others were known by content and were only placed.
    package var newMessages = 0
    /// Placements that are new or say something else than before.
    package var placements = 0
    /// Placements that went.
    package var removedPlacements = 0
    package var newThreads = 0
    /// Threads that a late ancestor, or a found one, joined into others.
    package var joinedThreads = 0
    /// Placements whose flags are others than before.
    package var changedFlags = 0
    /// Tracked actions that new messages raised.
    package var raisedActions = 0

    package init() {}
}
