import CLibCurl

/// A transfer on its way to the engine's thread. Exactly one of `start` and `fail` is called, once.
struct QueuedTransfer: Sendable {
    let id: UInt64
    let deadline: ContinuousClock.Instant
    /// Makes the easy handle with the time that remains; on failure the caller is to call `fail`.
    let start: @Sendable (_ remaining: Duration) throws(TransferError) -> ActiveTransfer
    let fail: @Sendable (TransferError) -> Void
}

/// A transfer that libcurl runs. `conclude` or `fail` is called once, after the handle left the multi handle.
struct ActiveTransfer {
    let id: UInt64
    let easy: EasyHandle
    let conclude: (CURLcode) -> Void
    let fail: @Sendable (TransferError) -> Void
}
