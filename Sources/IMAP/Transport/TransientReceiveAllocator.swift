import NIOCore

/// Buffers to read the socket into, none of which is kept: a connection that has fetched a large message, and then waits
/// for hours, must not hold what that took. NIO's own pool would keep up to four of the largest size.
///
/// It holds with one read a turn only (`maxMessagesPerRead`): NIO then has room for one buffer, which is the first, small
/// one, and what says that it may grow is never taken again.
struct TransientReceiveAllocator: RecvByteBufferAllocator {
    private var sizes: AdaptiveRecvByteBufferAllocator

    /// - Parameter maximum: the octets of one read.
    init(maximum: Int) {
        sizes = AdaptiveRecvByteBufferAllocator(minimum: 2 << 10, initial: 2 << 10, maximum: maximum)
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer { sizes.buffer(allocator: allocator) }

    func nextBufferSize() -> Int? { nil }

    mutating func record(actualReadBytes: Int) -> Bool {
        _ = sizes.record(actualReadBytes: actualReadBytes)
        return true
    }
}
