import CLibCurl

/// An easy handle ready to run, and how its end is read.
struct PreparedTransfer<Value: Sendable> {
    let easy: EasyHandle
    let outcome: (CURLcode) -> Result<Value, TransferError>
}
