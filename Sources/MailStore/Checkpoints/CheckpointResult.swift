/// What a checkpoint has written.
package struct CheckpointResult: Sendable, Hashable {
    /// Messages stored for the first time; the others were known by content and were only placed.
    package var newMessages = 0
    package var placements = 0
    package var newThreads = 0
    /// Threads that a late ancestor joined into others.
    package var joinedThreads = 0
    package var changedFlags = 0

    package init() {}
}
