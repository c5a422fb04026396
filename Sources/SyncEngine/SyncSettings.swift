package import NIOCore

/// Bounds of a visit.
package struct SyncSettings: Sendable {
    /// A checkpoint is committed at this many messages or this many raw bytes, whichever comes first.
    package var checkpointMessages = 256
    package var checkpointBytes = 4 << 20
    /// The first round of a first sync is small, so that a page fills at once; later ones are larger.
    package var firstRoundMessages = 64
    package var roundMessages = 2_000
    package var roundBytes = 64 << 20

    /// Known messages that are placed anew by one transaction.
    package var replacementsAtOnce = 1_000
    /// Messages without a place that are looked for in one pass over the folders.
    package var orphansAtOnce = 200
    /// Tracked actions that are carried out in one pass over the folders.
    package var actionsAtOnce = 64
    /// Messages that the threads of one such pass may have on the server.
    package var trackedMessages = 2_000
    /// Messages of a folder whose bytes an audit compares, unless it compares all.
    package var auditSample = 32
    /// How far below the last mod-sequence changes are asked for at Gmail, where it moves before they can be seen
    /// (mail-exactness 7).
    package var gmailOverlap: UInt64 = 5_000
    /// How long a batch of messages may take to be parsed before one of them is taken for poison.
    package var parsePatience: TimeAmount = .seconds(30)

    package init() {}
}
