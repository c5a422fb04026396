/// Bounds of a visit.
package struct SyncSettings: Sendable {
    /// A checkpoint is committed at this many messages or this many raw bytes, whichever comes first.
    package var checkpointMessages = 256
    package var checkpointBytes = 4 << 20
    /// The first round of a first sync is small, so that a page fills at once; later ones are larger.
    package var firstRoundMessages = 64
    package var roundMessages = 2_000
    package var roundBytes = 64 << 20

    package init() {}
}
