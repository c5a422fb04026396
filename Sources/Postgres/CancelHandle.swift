internal import CLibPQ

/// What libpq needs to ask the server to cancel whatever a connection runs. It outlives the connection while the
/// cancel thread uses it.
///
/// `@unchecked Sendable`: the connection's thread makes it, and from then on only the cancel thread touches it, one
/// request after the other, until the last reference frees it.
final class CancelHandle: @unchecked Sendable {
    private let pointer: OpaquePointer

    /// - Parameter connection: an open connection; nil comes back where memory is short.
    init?(connection: OpaquePointer) {
        guard let pointer = postrider_cancel_make(connection) else { return nil }
        self.pointer = pointer
    }

    deinit { postrider_cancel_free(pointer) }

    /// Connects to the server, asks, and waits until the server hung up: the signal is then on its way. Blocks.
    func send() {
        // Whether it arrived shows in the results alone; an unheard request is repeated.
        _ = postrider_cancel_send(pointer)
    }
}
